# Streams: what their configuration becomes, what is refused, and what an update may change.

# A disk that others use, too, may take its time.
before:
  timeout 10000

== zero limits become -1 #325~ #349~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 145
A> {"name":"T","subjects":["t"],"max_msgs":0,"max_bytes":0,"max_msgs_per_subject":0,"max_msg_size":0,"max_consumers":0,"max_age":0,"num_replicas":0}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"num_replicas":1}}

== limits below -1 are mended #325~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 121
A> {"name":"T","subjects":["t"],"max_msgs":-5,"max_bytes":-2,"max_msgs_per_subject":-7,"max_msg_size":-3,"max_consumers":-4}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_msgs_per_subject":-1,"max_msg_size":-1}}

== fields that are always there and fields that are not #349
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 29
A> {"name":"T","subjects":["t"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false,"description":"<absent>","no_ack":"<absent>","first_seq":"<absent>","subject_transform":"<absent>","republish":"<absent>","discard_new_per_subject":"<absent>","persist_mode":"<absent>","mirror":"<absent>","sources":"<absent>","placement":"<absent>","allow_msg_counter":"<absent>","allow_atomic":"<absent>","allow_msg_schedules":"<absent>","allow_batched":"<absent>"}}
A> PUB $JS.API.STREAM.INFO.T _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0}

== a duplicate window is never longer than max_age #328~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 50
A> {"name":"T","subjects":["t"],"max_age":1000000000}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"max_age":1000000000,"duplicate_window":1000000000}}

== description and metadata are kept #320~ #445~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 100
A> {"name":"T","subjects":["t"],"description":"what it is for","metadata":{"owner":"me","\<a>":"b & c"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"description":"what it is for","subjects":["t"],"metadata":{"<a>":"b & c","owner":"me"}}}
A> PUB $JS.API.STREAM.INFO.T _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"description":"what it is for","metadata":{"<a>":"b & c","_nats.level":"5","_nats.req.level":"0","_nats.ver":"2.15.1","owner":"me"}}}

== metadata of the server can't be written #445~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 108
A> {"name":"T","subjects":["t"],"metadata":{"_nats.level":"99","_nats.ver":"1","_nats.req.level":"77","x":"y"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"metadata":{"_nats.level":"5","_nats.req.level":"0","_nats.ver":"2.15.1","x":"y"}}}

== the level that a configuration asks for #445~
conf:
  jetstream { store_dir: "<dir>/js" }
file only: persist_mode
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 50
A> {"name":"T","subjects":["t"],"allow_msg_ttl":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"allow_msg_ttl":true,"metadata":{"_nats.level":"5","_nats.req.level":"1","_nats.ver":"2.15.1"}}}
A> PUB $JS.API.STREAM.CREATE.W _I.1 52
A> {"name":"W","subjects":["w"],"persist_mode":"async"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["w"],"persist_mode":"async","metadata":{"_nats.level":"5","_nats.req.level":"2","_nats.ver":"2.15.1"}}}

== a description of 4096 bytes and one more #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 4142
A> {"name":"T","subjects":["t"],"description":"<repeat 4096 d>"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"description":"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd","subjects":["t"],"storage":"file"}}
A> PUB $JS.API.STREAM.CREATE.W _I.1 4143
A> {"name":"W","subjects":["w"],"description":"<repeat 4097 d>"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream description is too long, maximum allowed is 4096"}}

== metadata of 128 KiB and one byte more #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.W _I.0 131121
A> {"name":"W","subjects":["w"],"metadata":{"k":"<repeat 131072 v>"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream metadata exceeds maximum size of 131072 bytes"}}

== memory, and what compression needs #323~ #338~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 48
A> {"name":"T","subjects":["t"],"storage":"memory"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"storage":"memory"}}
A> PUB $JS.API.STREAM.CREATE.W _I.1 48
A> {"name":"W","subjects":["w"],"compression":"s2"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["w"],"compression":"s2"}}
A> PUB $JS.API.STREAM.CREATE.M _I.2 67
A> {"name":"M","subjects":["m"],"storage":"memory","compression":"s2"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["m"],"storage":"memory","compression":"s2"}}

== the largest first sequence #339~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 58
A> {"name":"T","subjects":["t"],"first_seq":9007199254740991}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"first_seq":9007199254740991}}
A> PUB t _I.1 1
A> x
A< MSG _I.1 1 37
A< {"stream":"T","seq":9007199254740991}
A> PUB $JS.API.STREAM.INFO.T _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":32,"first_seq":9007199254740991,"last_seq":9007199254740991,"num_subjects":1,"consumer_count":0}}

== first_seq and purge #339~ #354~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 44
A> {"name":"T","subjects":["t"],"first_seq":10}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"first_seq":10}}
A> PUB t _I.1 1
A> x
A< MSG _I.1 1 23
A< {"stream":"T","seq":10}
A> PUB t _I.2 1
A> x
A< MSG _I.2 1 23
A< {"stream":"T","seq":11}
A> PUB $JS.API.STREAM.PURGE.T _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> PUB $JS.API.STREAM.INFO.T _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":12,"last_seq":11,"consumer_count":0}}
A> PUB t _I.5 1
A> x
A< MSG _I.5 1 23
A< {"stream":"T","seq":12}

== consumer_limits are defaults for consumers #340~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 104
A> {"name":"S","subjects":["s.*"],"consumer_limits":{"inactive_threshold":60000000000,"max_ack_pending":7}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"consumer_limits":{"inactive_threshold":60000000000,"max_ack_pending":7}}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_ack_pending":7,"inactive_threshold":60000000000}}

== consumers over the limits of their stream #340~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 104
A> {"name":"S","subjects":["s.*"],"consumer_limits":{"inactive_threshold":60000000000,"max_ack_pending":7}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"consumer_limits":{"inactive_threshold":60000000000,"max_ack_pending":7}}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 93
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":8}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10121,"description":"consumer max ack pending exceeds system limit of 7"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 94
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":-1}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_ack_pending":-1}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 106
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","inactive_threshold":61000000000}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10153,"description":"consumer inactive threshold exceeds system limit of 1m0s"}}

== limits that consumers already break #340 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 127
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":10,"inactive_threshold":10000000000}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_ack_pending":10,"inactive_threshold":10000000000}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 71
A> {"name":"S","subjects":["s.*"],"consumer_limits":{"max_ack_pending":5}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10069,"description":"change to limits violates consumers: D"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.3 83
A> {"name":"S","subjects":["s.*"],"consumer_limits":{"inactive_threshold":5000000000}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10069,"description":"change to limits violates consumers: D"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.4 105
A> {"name":"S","subjects":["s.*"],"consumer_limits":{"max_ack_pending":20,"inactive_threshold":10000000000}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":1},"config":{"subjects":["s.*"],"consumer_limits":{"inactive_threshold":10000000000,"max_ack_pending":20}}}

== negative consumer limits #340~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 72
A> {"name":"T","subjects":["s.*"],"consumer_limits":{"max_ack_pending":-1}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"consumer_limits":{"max_ack_pending":-1}}}
A> PUB $JS.API.STREAM.CREATE.W _I.1 75
A> {"name":"W","subjects":["s.*"],"consumer_limits":{"inactive_threshold":-1}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10065,"description":"subjects overlap with an existing stream"}}

== names with path separators #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.a/b _I.0 14
A> {"name":"a/b"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10128,"description":"Stream name can not contain path separators"}}
A> PUB $JS.API.STREAM.CREATE.a\\b _I.1 15
A> {"name":"a\\\\b"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10128,"description":"Stream name can not contain path separators"}}

== a name of 255 letters and one more #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn _I.0 266
A> {"name":"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn _I.1 267
A> {"name":"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream name is too long, maximum allowed is 255"}}

== names are not trimmed or folded #320~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.Ab _I.0 13
A> {"name":"Ab"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.ab _I.1 13
A> {"name":"ab"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.a%b_-c _I.2 17
A> {"name":"a%b_-c"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.NAMES _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":3,"offset":0,"limit":1024,"streams":["Ab","a%b_-c","ab"]}

== an empty name #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 11
A> {"name":""}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10056,"description":"stream name in subject does not match request"}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 18
A> {"subjects":["x"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10056,"description":"stream name in subject does not match request"}}

== subjects outside of a token #321~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 31
A> {"name":"T","subjects":["a b"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"invalid subject"}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 28
A> {"name":"T","subjects":[""]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"invalid subject"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 30
A> {"name":"T","subjects":[".a"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"invalid subject"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 30
A> {"name":"T","subjects":["a."]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"invalid subject"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 33
A> {"name":"T","subjects":["a.>.b"]}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"invalid subject"}}

== wildcards inside of a token are letters #321~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 36
A> {"name":"T","subjects":["a*b","c>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["a*b","c>"]}}
A> PUB a*b _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"T","seq":1}

== subjects of the system account's events #321~ #329~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 34
A> {"name":"T","subjects":["$SYS.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subjects that overlap with system api require no-ack to be true"}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 38
A> {"name":"T","subjects":["$SYS.REQ.x"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subjects that overlap with system api require no-ack to be true"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 33
A> {"name":"T","subjects":["$JS.>"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subjects that overlap with jetstream api require no-ack to be true"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 37
A> {"name":"T","subjects":["$JS.ACK.>"]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subjects that overlap with jetstream api require no-ack to be true"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 39
A> {"name":"T","subjects":["$JS.EVENT.>"]}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$JS.EVENT.>"]}}

== subjects that hold the whole API #321~ #329~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 31
A> {"name":"T","subjects":["*.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subjects that overlap with jetstream api require no-ack to be true"}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 35
A> {"name":"T","subjects":["*.API.>"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subjects that overlap with jetstream api require no-ack to be true"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 42
A> {"name":"T","subjects":["$SYS.ACCOUNT.>"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$SYS.ACCOUNT.>"]}}

== a stream of all subjects with no_ack #329~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 43
A> {"name":"T","subjects":[">"],"no_ack":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":[">"],"no_ack":true}}
A> PUB hello 1
A> x
A> PUB $JS.API.STREAM.INFO.T _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":"<any>"}

== persist_mode #346~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
file only: persist_mode
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 52
A> {"name":"T","subjects":["t"],"persist_mode":"async"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"persist_mode":"async"}}
A> PUB t _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"T","seq":1}
A> PUB $JS.API.STREAM.CREATE.W _I.2 54
A> {"name":"W","subjects":["w"],"persist_mode":"default"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["w"],"persist_mode":"<absent>"}}
A> PUB $JS.API.STREAM.CREATE.M _I.3 71
A> {"name":"M","subjects":["m"],"storage":"memory","persist_mode":"async"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"async persist mode is only supported on file storage"}}
A> PUB $JS.API.STREAM.CREATE.M _I.3 91
A> {"name":"M","subjects":["m"],"storage":"memory","persist_mode":"async","allow_atomic":true}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"async persist mode is only supported on file storage"}}
A> PUB $JS.API.STREAM.UPDATE.T _I.4 29
A> {"name":"T","subjects":["t"]}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"stream configuration update can not change persist mode"}}
A> PUB $JS.API.STREAM.CREATE.X _I.5 52
A> {"name":"X","subjects":["x"],"persist_mode":"bogus"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: can not unmarshal \"\\\\\"bogus\\\\\"\""}}

== what sealing changes #330~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 45
A> {"name":"S","subjects":["s.*"],"sealed":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0},"config":{"subjects":["s.*"],"max_age":0,"discard":"new","sealed":true,"deny_delete":true,"deny_purge":true,"allow_rollup_hdrs":false}}

== a stream can't be born sealed #330~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 43
A> {"name":"T","subjects":["t"],"sealed":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream configuration for create can not be sealed"}}

== sealed streams are still read #330~ #332~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.1 _I.1 1
A> a
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 65
A> {"name":"S","subjects":["s.*"],"sealed":true,"allow_direct":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0},"config":{"subjects":["s.*"],"allow_direct":true,"sealed":true}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.3 9
A> {"seq":1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":1,"data":"YQ=="}}
A> PUB $JS.API.DIRECT.GET.S.s.1 _I.4 0
A> 
A< HMSG _I.4 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\na
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< a
B> PUB $JS.ACK.S.D.1.1.1.<t1>.0 _IB.6 4
B> +ACK
B< MSG _IB.6 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":1,"stream_seq":1}}

== roll-ups with a purge permission that is denied later #331~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 56
A> {"name":"S","subjects":["s.*"],"allow_rollup_hdrs":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_rollup_hdrs":true}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 74
A> {"name":"S","subjects":["s.*"],"allow_rollup_hdrs":true,"deny_purge":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"roll-ups require the purge permission"}}

== enumerations that are none #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 49
A> {"name":"T","subjects":["s.*"],"storage":"bogus"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: can not unmarshal \"\\\\\"bogus\\\\\"\""}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 49
A> {"name":"T","subjects":["s.*"],"discard":"bogus"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: can not unmarshal \"\\\\\"bogus\\\\\"\""}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 53
A> {"name":"T","subjects":["s.*"],"compression":"bogus"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: unknown compression algorithm"}}

== values of another type #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 30
A> {"name":"T","max_msgs":"many"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 10
A> {"name":7}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 27
A> {"name":"T","subjects":"t"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 2
A> []
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 3
A> "T"
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.STREAM.CREATE.T _I.5 1
A> 7
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}

== an empty body #446~ #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 0
A> 
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10056,"description":"stream name in subject does not match request"}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 4
A> null
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10056,"description":"stream name in subject does not match request"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 2
A> {}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10056,"description":"stream name in subject does not match request"}}

== bodies that aren't JSON #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 4
A> nope
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 13
A> {"name":"T",}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 14
A> {"name":"T"} x
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 8
A> {name:1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}

== unknown fields at any depth #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 74
A> {"name":"T","subjects":["t"],"republish":{"src":"t","dest":"u","bogus":1}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"bogus\""}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 57
A> {"name":"T","subjects":["s.*"],"consumer_limits":{"x":1}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"x\""}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 73
A> {"name":"T","subjects":["s.*"],"subject_transform":{"src":"a","dst":"b"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"dst\""}}

== names of fields in another case #446~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 42
A> {"NAME":"T","Subjects":["t"],"Max_Msgs":3}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"NAME":"<absent>","Subjects":"<absent>","Max_Msgs":"<absent>"}}

== a field twice, and null #446~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 71
A> {"name":"T","max_msgs":1,"max_msgs":2,"subjects":null,"republish":null}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["T"],"max_msgs":2,"republish":"<absent>"}}

== without strict mode unknown fields are let be #446~
conf:
  jetstream { store_dir: "<dir>/js", strict: false }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 37
A> {"name":"T","subjects":["t"],"foo":1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"foo":"<absent>"}}
A> PUB $JS.API.CONSUMER.CREATE.T.D _I.1 81
A> {"stream_name":"T","config":{"name":"D","ack_policy":"explicit","bar":2},"baz":3}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","bar":"<absent>"}}

== pedantic streams want their numbers right #348~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 59
A> {"name":"T","subjects":["t"],"pedantic":true,"max_msgs":-5}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_msgs must be set to -1"}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 60
A> {"name":"T","subjects":["t"],"pedantic":true,"max_bytes":-5}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_bytes must be set to -1"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 63
A> {"name":"T","subjects":["t"],"pedantic":true,"max_msg_size":-5}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_msg_size must be set to -1"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 71
A> {"name":"T","subjects":["t"],"pedantic":true,"max_msgs_per_subject":-5}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_msgs_per_subject must be set to -1"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 64
A> {"name":"T","subjects":["t"],"pedantic":true,"max_consumers":-5}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_consumers must be set to -1"}}
A> PUB $JS.API.STREAM.CREATE.T _I.5 58
A> {"name":"T","subjects":["t"],"pedantic":true,"max_age":-5}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"max age can not be negative"}}

== pedantic streams that say enough #348~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 58
A> {"name":"T","subjects":["t"],"pedantic":true,"max_msgs":0}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"max_msgs":-1,"pedantic":"<absent>"}}
A> PUB $JS.API.STREAM.DELETE.T _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_delete_response","success":true}
A> PUB $JS.API.STREAM.CREATE.T _I.2 154
A> {"name":"T","subjects":["t"],"pedantic":true,"num_replicas":1,"max_msgs":-1,"max_bytes":-1,"max_consumers":-1,"max_msg_size":-1,"max_msgs_per_subject":-1}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_msgs_per_subject":-1,"max_msg_size":-1,"num_replicas":1,"pedantic":"<absent>"}}

== transforms that can't be #337~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 77
A> {"name":"T","subjects":["s.*"],"subject_transform":{"src":"s..*","dest":"t"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10155,"description":"stream transform source: invalid subject s..*"}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 92
A> {"name":"T","subjects":["s.*"],"subject_transform":{"src":"s.*","dest":"t.{{wildcard(2)}}"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10156,"description":"stream transform: invalid mapping destination: wildcard index out of range in {{wildcard(2)}}: [2]"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 89
A> {"name":"T","subjects":["s.*"],"subject_transform":{"src":"s.*","dest":"t.{{bogus(1)}}"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10156,"description":"stream transform: invalid mapping destination: unknown function in {{bogus(1)}}"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 79
A> {"name":"T","subjects":["s.*"],"subject_transform":{"src":"s.*","dest":"t..x"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10156,"description":"stream transform: invalid mapping destination: invalid transform"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 75
A> {"name":"T","subjects":["s.*"],"subject_transform":{"src":"s.*","dest":""}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"subject_transform":{"src":"s.*","dest":""}}}

== a transform without a source takes everything #337~ #367~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 77
A> {"name":"S","subjects":["s.*"],"subject_transform":{"src":"","dest":"all.>"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"subject_transform":{"src":"","dest":"all.>"}}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.MSG.GET.S _I.2 9
A> {"seq":1}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"all.s.1","seq":1,"data":"eA=="}}

== a transform only for some subjects #337~ #367~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 78
A> {"name":"S","subjects":["s.*"],"subject_transform":{"src":"s.a","dest":"t.a"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"subject_transform":{"src":"s.a","dest":"t.a"}}}
A> PUB s.a _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.b _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.INFO.S _I.3 23
A> {"subjects_filter":">"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":2,"offset":0,"limit":100000,"state":{"messages":2,"bytes":68,"first_seq":1,"last_seq":2,"num_subjects":2,"subjects":{"s.b":1,"t.a":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}

== transforms with partition and split #337~ #367~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 110
A> {"name":"S","subjects":["s.*"],"subject_transform":{"src":"s.*","dest":"t.{{partition(5,1)}}.{{split(1,-)}}"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"subject_transform":{"src":"s.*","dest":"t.{{partition(5,1)}}.{{split(1,-)}}"}}}
A> PUB s.a-b-c _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.hello _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.INFO.S _I.3 23
A> {"subjects_filter":">"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":2,"offset":0,"limit":100000,"state":{"messages":2,"bytes":80,"first_seq":1,"last_seq":2,"num_subjects":2,"subjects":{"t.3.hello":1,"t.4.a.b.c":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}

== republishing to what can't be #336~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 71
A> {"name":"T","subjects":["s.*"],"republish":{"src":"s.*","dest":"r..x"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream configuration for republish with transform from 's.*' to 'r..x' not valid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 71
A> {"name":"T","subjects":["s.*"],"republish":{"src":"s..*","dest":"r.>"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream configuration for republish with transform from 's..*' to 'r.>' not valid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 70
A> {"name":"T","subjects":["s.*"],"republish":{"src":"s.*","dest":"s.x"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream configuration for republish destination forms a cycle"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 84
A> {"name":"T","subjects":["s.*"],"republish":{"src":"s.*","dest":"r.{{wildcard(3)}}"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream configuration for republish with transform from 's.*' to 'r.{{wildcard(3)}}' not valid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 68
A> {"name":"T","subjects":["s.*"],"republish":{"src":"x.*","dest":"r"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"republish":{"src":"x.*","dest":"r"}}}

== republished messages tell where they are stored #336~ #366
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 84
A> {"name":"S","subjects":["s.*"],"republish":{"src":"s.*","dest":"r.{{wildcard(1)}}"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"republish":{"src":"s.*","dest":"r.{{wildcard(1)}}"}}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB r.> 2
B: sync
A> PUB s.1 _I.1 3
A> one
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
B< HMSG r.1 2 <number> <number>
B< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Last-Sequence: 0\r\n\r\none
A> PUB s.1 _I.2 3
A> two
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
B< HMSG r.1 2 <number> <number>
B< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\nNats-Last-Sequence: 1\r\n\r\ntwo
A> HPUB s.2 _I.3 20 25
A> NATS/1.0\r\nX-Y: z\r\n\r\nthree
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
B< HMSG r.2 2 <number> <number>
B< NATS/1.0\r\nX-Y: z\r\nNats-Stream: S\r\nNats-Subject: s.2\r\nNats-Sequence: 3\r\nNats-Time-Stamp: <any>\r\nNats-Last-Sequence: 0\r\n\r\nthree

== republishing headers only #336~ #366~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 88
A> {"name":"S","subjects":["s.*"],"republish":{"src":">","dest":"r.>","headers_only":true}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"republish":{"src":">","dest":"r.>","headers_only":true}}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB r.> 2
B: sync
A> PUB s.1 _I.1 5
A> hello
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
B< HMSG r.s.1 2 <number> <number>
B< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Last-Sequence: 0\r\nNats-Msg-Size: 5\r\n\r\n

== republishing some subjects #336~ #366~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 70
A> {"name":"S","subjects":["s.*"],"republish":{"src":"s.a","dest":"r.a"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"republish":{"src":"s.a","dest":"r.a"}}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB r.> 2
B: sync
A> PUB s.b _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.a _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
B< HMSG r.a 2 <number> <number>
B< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.a\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\nNats-Last-Sequence: 0\r\n\r\nx
B: silent

== duplicates and refused messages are not republished #366~ #351~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 86
A> {"name":"S","subjects":["s.*"],"max_msg_size":50,"republish":{"src":">","dest":"r.>"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"max_msg_size":50,"republish":{"src":">","dest":"r.>"}}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB r.> 2
B: sync
A> HPUB s.1 _I.1 28 29
A> NATS/1.0\r\nNats-Msg-Id: 1\r\n\r\na
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
B< HMSG r.s.1 2 <number> <number>
B< NATS/1.0\r\nNats-Msg-Id: 1\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Last-Sequence: 0\r\n\r\na
A> HPUB s.1 _I.2 28 29
A> NATS/1.0\r\nNats-Msg-Id: 1\r\n\r\na
A< MSG _I.2 1 40
A< {"stream":"S","seq":1,"duplicate": true}
A> PUB s.1 _I.3 60
A> xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"},"stream":"S","seq":0}
B: silent

== an update changes limits and subjects #325~ #321~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.2 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.3 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.STREAM.UPDATE.S _I.4 48
A> {"name":"S","subjects":["s.*","u"],"max_msgs":2}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":2,"bytes":68,"first_seq":2,"last_seq":3,"num_subjects":2,"consumer_count":0},"config":{"subjects":["s.*","u"],"max_msgs":2}}
A> PUB u _I.5 1
A> x
A< MSG _I.5 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.STREAM.INFO.S _I.6 23
A> {"subjects_filter":">"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":2,"offset":0,"limit":100000,"state":{"messages":2,"bytes":66,"first_seq":3,"last_seq":4,"num_subjects":2,"subjects":{"s.3":1,"u":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}

== an update without subjects #321~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 12
A> {"name":"S"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}}
A> PUB S _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}

== subjects that an update takes away answer nobody #321~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 35
A> {"name":"S","subjects":["s.*","u"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*","u"]}}
A> PUB u _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":32,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0},"config":{"subjects":["s.*"]}}
A> PUB u _I.3 1
A> x
A< HMSG _I.3 1 33 33
A< NATS/1.0 503\r\nNats-Subject: u\r\n\r\n
A> PUB $JS.API.STREAM.INFO.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":32,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0}}

== an update takes subjects of another stream #321~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 29
A> {"name":"T","subjects":["t"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"]}}
A> PUB $JS.API.STREAM.UPDATE.T _I.2 35
A> {"name":"T","subjects":["t","s.1"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":400,"err_code":10065,"description":"subjects overlap with an existing stream"}}

== an update of a stream that isn't there #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.UPDATE.Q _I.0 31
A> {"name":"Q","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
A> PUB $JS.API.STREAM.UPDATE.Q _I.1 12
A> {"name":"R"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":400,"err_code":10056,"description":"stream name in subject does not match request"}}

== an update of more than one replica #324~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 48
A> {"name":"S","subjects":["s.*"],"num_replicas":3}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10074,"description":"replicas > 1 not supported in non-clustered mode"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 48
A> {"name":"S","subjects":["s.*"],"num_replicas":6}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"maximum replicas is 5"}}

== max_consumers may fall below the consumers that are there #325~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.2 73
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.3 49
A> {"name":"S","subjects":["s.*"],"max_consumers":1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":2},"config":{"subjects":["s.*"],"max_consumers":1}}

== max_consumers may change #325~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 49
A> {"name":"S","subjects":["s.*"],"max_consumers":5}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"max_consumers":5}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 49
A> {"name":"S","subjects":["s.*"],"max_consumers":6}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"],"max_consumers":6}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 49
A> {"name":"S","subjects":["s.*"],"max_consumers":5}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"],"max_consumers":5}}

== retention may go to interest and back #322~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.3 54
A> {"name":"S","subjects":["s.*"],"retention":"interest"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":1},"config":{"subjects":["s.*"],"retention":"interest"}}
A> PUB s.2 _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":68,"first_seq":1,"last_seq":2,"num_subjects":2,"consumer_count":1}}
A> PUB $JS.API.STREAM.UPDATE.S _I.6 52
A> {"name":"S","subjects":["s.*"],"retention":"limits"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":2,"bytes":68,"first_seq":1,"last_seq":2,"num_subjects":2,"consumer_count":1},"config":{"subjects":["s.*"],"retention":"limits"}}
A> PUB s.3 _I.7 1
A> x
A< MSG _I.7 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.STREAM.INFO.S _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":102,"first_seq":1,"last_seq":3,"num_subjects":3,"consumer_count":1}}

== first_seq in an update moves nothing #339~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 45
A> {"name":"S","subjects":["s.*"],"first_seq":5}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"first_seq":5}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 45
A> {"name":"S","subjects":["s.*"],"first_seq":6}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":5,"last_seq":4,"consumer_count":0},"config":{"subjects":["s.*"],"first_seq":6}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 45
A> {"name":"S","subjects":["s.*"],"first_seq":5}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":5,"last_seq":4,"consumer_count":0},"config":{"subjects":["s.*"],"first_seq":5}}
A> PUB $JS.API.STREAM.UPDATE.S _I.3 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":5,"last_seq":4,"consumer_count":0},"config":{"subjects":["s.*"]}}

== times to live can't be switched off #341~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 52
A> {"name":"S","subjects":["s.*"],"allow_msg_ttl":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_msg_ttl":true}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 53
A> {"name":"S","subjects":["s.*"],"allow_msg_ttl":false}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"message TTL status can not be disabled"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 52
A> {"name":"S","subjects":["s.*"],"allow_msg_ttl":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"],"allow_msg_ttl":true}}

== times to live can be switched on #341~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 52
A> {"name":"S","subjects":["s.*"],"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"],"allow_msg_ttl":true}}
A> HPUB s.1 _I.2 26 27
A> NATS/1.0\r\nNats-TTL: 1h\r\n\r\nx
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}

== a larger window of duplicates than max_age by update #328~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 53
A> {"name":"S","subjects":["s.*"],"max_age":60000000000}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"],"max_age":60000000000}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 84
A> {"name":"S","subjects":["s.*"],"max_age":60000000000,"duplicate_window":61000000000}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"duplicates window can not be larger then max age"}}

== a description can change and go #320~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 49
A> {"name":"S","subjects":["s.*"],"description":"a"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"description":"a","subjects":["s.*"]}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 49
A> {"name":"S","subjects":["s.*"],"description":"b"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"description":"b","subjects":["s.*"]}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.INFO.S _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"description":"<absent>"}}

== metadata can change and go #320~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 52
A> {"name":"S","subjects":["s.*"],"metadata":{"a":"1"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"metadata":{"a":"1"}}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 52
A> {"name":"S","subjects":["s.*"],"metadata":{"b":"2"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"],"metadata":{"b":"2"}}}
A> PUB $JS.API.STREAM.INFO.S _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}}
A> PUB $JS.API.STREAM.UPDATE.S _I.3 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"]}}

== storage and compression in an update #338~ #323~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
file only: a file stream does not become one in memory
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 8
A> \<repeat>
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 50
A> {"name":"S","subjects":["s.*"],"compression":"s2"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":41,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0},"config":{"subjects":["s.*"],"compression":"s2"}}
A> PUB s.1 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.UPDATE.S _I.4 52
A> {"name":"S","subjects":["s.*"],"compression":"none"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":2,"bytes":75,"first_seq":1,"last_seq":2,"num_subjects":1,"consumer_count":0},"config":{"subjects":["s.*"],"compression":"none"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.5 50
A> {"name":"S","subjects":["s.*"],"storage":"memory"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"stream configuration update can not change storage type"}}
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":75,"first_seq":1,"last_seq":2,"num_subjects":1,"consumer_count":0},"config":{"compression":"none"}}

== an update to a template of nobody #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 52
A> {"name":"S","subjects":["s.*"],"template_owner":"x"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"template_owner\""}}

== the same update twice #320~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 44
A> {"name":"S","subjects":["s.*"],"max_msgs":5}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"],"max_msgs":5}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 44
A> {"name":"S","subjects":["s.*"],"max_msgs":5}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"],"max_msgs":5}}

== discard new needs the fields that it needs in updates too #327~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 103
A> {"name":"S","subjects":["s.*"],"max_msgs_per_subject":2,"discard":"new","discard_new_per_subject":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"max_msgs_per_subject":2,"discard":"new","discard_new_per_subject":true}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 103
A> {"name":"S","subjects":["s.*"],"discard":"old","max_msgs_per_subject":2,"discard_new_per_subject":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"discard new per subject requires discard new policy to be set"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 78
A> {"name":"S","subjects":["s.*"],"discard":"new","discard_new_per_subject":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"discard new per subject requires max msgs per subject > 0"}}

== what a lower limit throws away at once #325~ #326~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.0 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.0 _I.5 1
A> x
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB s.1 _I.6 1
A> x
A< MSG _I.6 1 22
A< {"stream":"S","seq":6}
A> PUB $JS.API.STREAM.UPDATE.S _I.7 56
A> {"name":"S","subjects":["s.*"],"max_msgs_per_subject":1}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":2,"bytes":68,"first_seq":5,"last_seq":6,"num_subjects":2,"consumer_count":0},"config":{"subjects":["s.*"],"max_msgs_per_subject":1}}
A> PUB $JS.API.STREAM.INFO.S _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":68,"first_seq":5,"last_seq":6,"num_subjects":2,"consumer_count":0}}
A> PUB $JS.API.STREAM.UPDATE.S _I.9 44
A> {"name":"S","subjects":["s.*"],"max_msgs":1}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":34,"first_seq":6,"last_seq":6,"num_subjects":1,"consumer_count":0},"config":{"subjects":["s.*"],"max_msgs":1}}
A> PUB $JS.API.STREAM.INFO.S _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":6,"last_seq":6,"num_subjects":1,"consumer_count":0}}

== a lower max_bytes throws away at once #325~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 100
A> xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 100
A> xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 100
A> xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 100
A> xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.STREAM.UPDATE.S _I.5 47
A> {"name":"S","subjects":["s.*"],"max_bytes":300}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":2,"bytes":266,"first_seq":3,"last_seq":4,"num_subjects":1,"consumer_count":0},"config":{"subjects":["s.*"],"max_bytes":300}}
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":266,"first_seq":3,"last_seq":4,"num_subjects":1,"consumer_count":0}}

== republishing can be changed and taken away #336~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB r.> 2
B: sync
A> PUB $JS.API.STREAM.UPDATE.S _I.1 84
A> {"name":"S","subjects":["s.*"],"republish":{"src":"s.*","dest":"r.{{wildcard(1)}}"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"],"republish":{"src":"s.*","dest":"r.{{wildcard(1)}}"}}}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
B< HMSG r.1 2 <number> <number>
B< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Last-Sequence: 0\r\n\r\nx
A> PUB $JS.API.STREAM.UPDATE.S _I.3 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0},"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"S","seq":2}
B: silent

== names by subject #320~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.ONE _I.0 37
A> {"name":"ONE","subjects":["a.*","b"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["a.*","b"]}}
A> PUB $JS.API.STREAM.CREATE.TWO _I.1 33
A> {"name":"TWO","subjects":["c.>"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["c.>"]}}
A> PUB $JS.API.STREAM.CREATE.TRE _I.2 31
A> {"name":"TRE","subjects":["d"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["d"]}}
A> PUB $JS.API.STREAM.NAMES _I.3 17
A> {"subject":"a.1"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":1,"offset":0,"limit":1024,"streams":["ONE"]}
A> PUB $JS.API.STREAM.NAMES _I.4 15
A> {"subject":"*"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":2,"offset":0,"limit":1024,"streams":["ONE","TRE"]}
A> PUB $JS.API.STREAM.NAMES _I.5 17
A> {"subject":"c.>"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":1,"offset":0,"limit":1024,"streams":["TWO"]}
A> PUB $JS.API.STREAM.NAMES _I.6 16
A> {"subject":"zz"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":0,"offset":0,"limit":1024,"streams":null}
A> PUB $JS.API.STREAM.NAMES _I.7 15
A> {"subject":">"}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":3,"offset":0,"limit":1024,"streams":["ONE","TRE","TWO"]}

== pages of names and lists #320~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.A1 _I.0 31
A> {"name":"A1","subjects":["A1"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["A1"]}}
A> PUB $JS.API.STREAM.CREATE.A2 _I.1 31
A> {"name":"A2","subjects":["A2"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["A2"]}}
A> PUB $JS.API.STREAM.CREATE.A3 _I.2 31
A> {"name":"A3","subjects":["A3"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["A3"]}}
A> PUB $JS.API.STREAM.NAMES _I.3 12
A> {"offset":2}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":3,"offset":2,"limit":1024,"streams":["A3"]}
A> PUB $JS.API.STREAM.NAMES _I.4 12
A> {"offset":9}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":3,"offset":3,"limit":1024,"streams":null}
A> PUB $JS.API.STREAM.LIST _I.5 12
A> {"offset":1}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_list_response","total":3,"offset":1,"limit":256,"streams":[{"config":{"name":"A2"},"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}},{"config":{"name":"A3"},"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}}]}
A> PUB $JS.API.STREAM.LIST _I.6 16
A> {"subject":"A2"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_list_response","total":1,"offset":0,"limit":256,"streams":[{"config":{"name":"A2"},"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}}]}
A> PUB $JS.API.STREAM.NAMES _I.7 13
A> {"offset":-1}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":3,"offset":0,"limit":1024,"streams":["A1","A2","A3"]}

== lists of nothing #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.NAMES _I.0 0
A> 
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":0,"offset":0,"limit":1024,"streams":null}
A> PUB $JS.API.STREAM.LIST _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_list_response","total":0,"offset":0,"limit":256,"streams":[]}
A> PUB $JS.API.STREAM.NAMES _I.2 10
A> {"offset":
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: unexpected EOF"}}
A> PUB $JS.API.STREAM.LIST _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_list_response","total":0,"offset":0,"limit":256,"streams":[]}

== subjects of a stream by filter and page #370~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.>"]}}
A> PUB s.a.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.a.2 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.a.1 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.b.1 _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.STREAM.INFO.S _I.5 27
A> {"subjects_filter":"s.a.*"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":2,"offset":0,"limit":100000,"state":{"messages":4,"bytes":144,"first_seq":1,"last_seq":4,"num_subjects":3,"subjects":{"s.a.1":2,"s.a.2":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}
A> PUB $JS.API.STREAM.INFO.S _I.6 23
A> {"subjects_filter":">"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":3,"offset":0,"limit":100000,"state":{"messages":4,"bytes":144,"first_seq":1,"last_seq":4,"num_subjects":3,"subjects":{"s.a.1":2,"s.a.2":1,"s.b.1":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}
A> PUB $JS.API.STREAM.INFO.S _I.7 26
A> {"subjects_filter":"s.zz"}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":4,"bytes":144,"first_seq":1,"last_seq":4,"num_subjects":3,"consumer_count":0},"config":{"subjects_filter":"<absent>"}}
A> PUB $JS.API.STREAM.INFO.S _I.8 38
A> {"subjects_filter":"s.*.1","offset":1}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":2,"offset":1,"limit":100000,"state":{"messages":4,"bytes":144,"first_seq":1,"last_seq":4,"num_subjects":3,"subjects":{"s.b.1":1},"consumer_count":0},"config":{"subjects_filter":"<absent>","offset":"<absent>"}}
A> PUB $JS.API.STREAM.INFO.S _I.9 34
A> {"subjects_filter":">","offset":3}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":3,"offset":3,"limit":100000,"state":{"messages":4,"bytes":144,"first_seq":1,"last_seq":4,"num_subjects":3,"consumer_count":0},"config":{"subjects_filter":"<absent>","offset":"<absent>"}}

== deleted sequences of a stream #370~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> x
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB s.1 _I.6 1
A> x
A< MSG _I.6 1 22
A< {"stream":"S","seq":6}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.7 9
A> {"seq":2}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.8 9
A> {"seq":3}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.9 9
A> {"seq":5}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.INFO.S _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":102,"first_seq":1,"last_seq":6,"num_subjects":1,"num_deleted":3,"consumer_count":0}}
A> PUB $JS.API.STREAM.INFO.S _I.11 24
A> {"deleted_details":true}
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":102,"first_seq":1,"last_seq":6,"num_subjects":1,"num_deleted":3,"deleted":[2,3,5],"consumer_count":0},"config":{"deleted_details":"<absent>"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.12 9
A> {"seq":1}
A< MSG _I.12 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.INFO.S _I.13 24
A> {"deleted_details":true}
A< MSG _I.13 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":68,"first_seq":4,"last_seq":6,"num_subjects":1,"num_deleted":1,"deleted":[5],"consumer_count":0},"config":{"deleted_details":"<absent>"}}

== info takes a body that is not meant for it #370~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.INFO.S _I.1 5
A> hello
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}}
A> PUB $JS.API.STREAM.INFO.S _I.2 2
A> {}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}}
A> PUB $JS.API.STREAM.INFO.S _I.3 11
A> {"bogus":1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"bogus\""}}
A> PUB $JS.API.STREAM.INFO.S _I.4 14
A> {"offset":"x"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}

== a deleted stream frees its name and subjects #320~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.STREAM.DELETE.S _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_delete_response","success":true}
A> PUB s.1 _I.4 1
A> x
A< HMSG _I.4 1 35 35
A< NATS/1.0 503\r\nNats-Subject: s.1\r\n\r\n
A> PUB $JS.API.STREAM.CREATE.T _I.5 31
A> {"name":"T","subjects":["s.*"]}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.6 1
A> x
A< MSG _I.6 1 22
A< {"stream":"T","seq":1}
A> PUB $JS.API.STREAM.DELETE.T _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_delete_response","success":true}
A> PUB $JS.API.STREAM.CREATE.S _I.8 50
A> {"name":"S","subjects":["s.*"],"storage":"memory"}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"storage":"memory"}}
A> PUB $JS.API.STREAM.INFO.S _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}}

== requests that nobody answers #320~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.BOGUS _I.0 0
A> 
A: silent
A> PUB $JS.API.STREAM.CREATE _I.1 0
A> 
A: silent
A> PUB $JS.API.STREAM.INFO.a.b _I.2 0
A> 
A: silent

== requests that are too large for nobody to see #320~ #446~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 5029
A> {"name":"T","description":"<repeat 5000 d>"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream description is too long, maximum allowed is 4096"}}

== what only clusters do with streams and consumers #324~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.STREAM.PEER.REMOVE.S _I.2 12
A> {"peer":"x"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_remove_peer_response","error":{"code":503,"err_code":10010,"description":"JetStream clustering support required"}}
A> PUB $JS.API.CONSUMER.LEADER.STEPDOWN.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_leader_stepdown_response","error":{"code":503,"err_code":10010,"description":"JetStream clustering support required"}}
A> PUB $JS.API.STREAM.LEADER.STEPDOWN.Q _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_leader_stepdown_response","error":{"code":503,"err_code":10010,"description":"JetStream clustering support required"}}
A> PUB $JS.API.STREAM.PEER.EVACUATE.S _I.5 12
A> {"peer":"x"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_evacuate_peer_response","error":{"code":503,"err_code":10010,"description":"JetStream clustering support required"}}
A> PUB $JS.API.STREAM.CANCEL_MOVE.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_cancel_move_response","error":{"code":503,"err_code":10010,"description":"JetStream clustering support required"}}

== what only clusters do, on a server that is none #324~ #460~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.META.LEADER.STEPDOWN _I.0 0
A> 
A: silent
A> PUB $JS.API.SERVER.REMOVE _I.1 12
A> {"peer":"x"}
A: silent

== a level in a request #445~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> HPUB $JS.API.STREAM.INFO.S _I.1 40 40
A> NATS/1.0\r\nNats-Required-Api-Level: 5\r\n\r\n
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}}
A> HPUB $JS.API.STREAM.INFO.S _I.2 40 40
A> NATS/1.0\r\nNats-Required-Api-Level: 6\r\n\r\n
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":412,"err_code":10185,"description":"JetStream minimum api level required"}}
A> HPUB $JS.API.STREAM.INFO.S _I.3 40 40
A> NATS/1.0\r\nNats-Required-Api-Level: x\r\n\r\n
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":412,"err_code":10185,"description":"JetStream minimum api level required"}}
A> HPUB $JS.API.STREAM.NAMES _I.4 41 41
A> NATS/1.0\r\nNats-Required-Api-Level: 99\r\n\r\n
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","error":{"code":412,"err_code":10185,"description":"JetStream minimum api level required"}}
A> HPUB $JS.API.CONSUMER.CREATE.S.D _I.5 41 43
A> NATS/1.0\r\nNats-Required-Api-Level: 99\r\n\r\n{}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":412,"err_code":10185,"description":"JetStream minimum api level required"}}
A> HPUB $JS.API.INFO _I.6 41 41
A> NATS/1.0\r\nNats-Required-Api-Level: 99\r\n\r\n
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.account_info_response","error":{"code":412,"err_code":10185,"description":"JetStream minimum api level required"}}
A> HPUB $JS.API.STREAM.DELETE.S _I.7 41 41
A> NATS/1.0\r\nNats-Required-Api-Level: 99\r\n\r\n
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_delete_response","error":{"code":412,"err_code":10185,"description":"JetStream minimum api level required"}}
A> HPUB $JS.API.STREAM.MSG.GET.S _I.8 41 50
A> NATS/1.0\r\nNats-Required-Api-Level: 99\r\n\r\n{"seq":1}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":412,"err_code":10185,"description":"JetStream minimum api level required"}}
A> HPUB $JS.API.STREAM.PURGE.S _I.9 41 41
A> NATS/1.0\r\nNats-Required-Api-Level: 99\r\n\r\n
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","error":{"code":412,"err_code":10185,"description":"JetStream minimum api level required"}}
A> HPUB $JS.API.DIRECT.GET.S _I.10 41 50
A> NATS/1.0\r\nNats-Required-Api-Level: 99\r\n\r\n{"seq":1}
A< HMSG _I.10 1 52 52
A< NATS/1.0 503\r\nNats-Subject: $JS.API.DIRECT.GET.S\r\n\r\n
