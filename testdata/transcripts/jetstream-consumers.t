# Consumers: what their configuration becomes, what is refused, what an update may change, lists and pauses.

# A disk that others use, too, may take its time.
before:
  timeout 10000

== defaults of a durable pull consumer #373~ #349~
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
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"durable_name":"D","name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"num_replicas":0,"inactive_threshold":"<absent>","backoff":"<absent>","filter_subject":"<absent>","filter_subjects":"<absent>","deliver_subject":"<absent>","priority_policy":"<absent>","mem_storage":"<absent>","headers_only":"<absent>","max_batch":"<absent>"}}

== defaults of an ephemeral consumer #373~ #389~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.E _I.1 65
A> {"stream_name":"S","config":{"name":"E","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"E","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.INFO.S.E _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"config":{"name":"E","max_deliver":-1,"inactive_threshold":5000000000,"durable_name":"<absent>"},"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== defaults of a push consumer #388~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 71
A> {"stream_name":"S","config":{"durable_name":"D","deliver_subject":"d"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"none","deliver_subject":"d","num_replicas":0,"ack_wait":"<absent>","max_ack_pending":"<absent>","max_waiting":"<absent>","idle_heartbeat":"<absent>","flow_control":"<absent>","deliver_group":"<absent>"}}

== a consumer without a name gets one #373~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S _I.1 54
A> {"stream_name":"S","config":{"ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"config":{"ack_policy":"explicit"},"name":"<eph:word>"}
A> PUB $JS.API.STREAM.INFO.S _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":1}}
A> PUB $JS.API.CONSUMER.NAMES.S _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":1,"offset":0,"limit":1024,"consumers":["<string>"]}

== the legacy durable subject #373~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.DURABLE.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"config":{"durable_name":"D","name":"D"},"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== names in subject and body that differ #373~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"X","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10017,"description":"consumer name in subject does not match durable name in request"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 65
A> {"stream_name":"S","config":{"name":"X","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 84
A> {"stream_name":"S","config":{"name":"D","durable_name":"X","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10017,"description":"consumer name in subject does not match durable name in request"}}
A> PUB $JS.API.CONSUMER.CREATE.S _I.4 73
A> {"stream_name":"S","config":{"durable_name":"X","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10020,"description":"consumer expected to be ephemeral but a durable name was set in request"}}
A> PUB $JS.API.CONSUMER.DURABLE.CREATE.S.D _I.5 73
A> {"stream_name":"S","config":{"durable_name":"X","ack_policy":"explicit"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10017,"description":"consumer name in subject does not match durable name in request"}}
A> PUB $JS.API.CONSUMER.DURABLE.CREATE.S.D _I.6 65
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10018,"description":"consumer expected to be durable but a durable name was not set"}}
A> PUB $JS.API.CONSUMER.CREATE.S _I.7 84
A> {"stream_name":"S","config":{"name":"X","durable_name":"Y","ack_policy":"explicit"}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10020,"description":"consumer expected to be ephemeral but a durable name was set in request"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.8 49
A> {"stream_name":"Q","config":{"durable_name":"D"}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10056,"description":"stream name in subject does not match request"}}

== names that can't be #373~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn _I.1 328
A> {"stream_name":"S","config":{"durable_name":"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10102,"description":"consumer name is too long, maximum allowed is 255"}}
A> PUB $JS.API.CONSUMER.CREATE.S.a/b _I.2 75
A> {"stream_name":"S","config":{"durable_name":"a/b","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10127,"description":"Consumer name can not contain path separators"}}
A> PUB $JS.API.CONSUMER.CREATE.S _I.3 67
A> {"stream_name":"S","config":{"name":"a.b","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10052,"description":"consumer name can not contain '.', '*', '>', '\\\\', '/'"}}
A> PUB $JS.API.CONSUMER.CREATE.S _I.4 75
A> {"stream_name":"S","config":{"durable_name":"a*b","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10020,"description":"consumer expected to be ephemeral but a durable name was set in request"}}
A> PUB $JS.API.CONSUMER.CREATE.S _I.5 67
A> {"stream_name":"S","config":{"name":"a>b","ack_policy":"explicit"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10052,"description":"consumer name can not contain '.', '*', '>', '\\\\', '/'"}}
A> PUB $JS.API.CONSUMER.CREATE.S.a>b _I.6 75
A> {"stream_name":"S","config":{"durable_name":"a>b","ack_policy":"explicit"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10052,"description":"consumer name can not contain '.', '*', '>', '\\\\', '/'"}}
A> PUB $JS.API.CONSUMER.CREATE.S.a>b _I.7 67
A> {"stream_name":"S","config":{"name":"a>b","ack_policy":"explicit"}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10052,"description":"consumer name can not contain '.', '*', '>', '\\\\', '/'"}}
A> PUB $JS.API.CONSUMER.DURABLE.CREATE.S.a>b _I.8 75
A> {"stream_name":"S","config":{"durable_name":"a>b","ack_policy":"explicit"}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10052,"description":"consumer name can not contain '.', '*', '>', '\\\\', '/'"}}

== names with letters that formats use #373~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.a%s{}-_$1 _I.1 81
A> {"stream_name":"S","config":{"durable_name":"a%s{}-_$1","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"a%s{}-_$1","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.INFO.S.a%s{}-_$1 _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
A> PUB $JS.API.CONSUMER.NAMES.S _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":1,"offset":0,"limit":1024,"consumers":["a%s{}-_$1"]}

== no configuration at all #373~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 19
A> {"stream_name":"S"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"stream_name":"<absent>"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10056,"description":"stream name in subject does not match request"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 2
A> {}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10056,"description":"stream name in subject does not match request"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 31
A> {"stream_name":"S","config":{}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D"}

== a filter in the subject #379~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D.s.1 _I.1 88
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit","filter_subject":"s.1"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","filter_subject":"s.1"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F.s.2 _I.2 88
A> {"stream_name":"S","config":{"name":"F","ack_policy":"explicit","filter_subject":"s.2"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit","filter_subject":"s.2"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G.s.1 _I.3 88
A> {"stream_name":"S","config":{"name":"G","ack_policy":"explicit","filter_subject":"s.2"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10131,"description":"Consumer create request did not match filtered subject from create subject"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G.s.1 _I.4 65
A> {"stream_name":"S","config":{"name":"G","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10131,"description":"Consumer create request did not match filtered subject from create subject"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G.s.1 _I.5 91
A> {"stream_name":"S","config":{"name":"G","ack_policy":"explicit","filter_subjects":["s.1"]}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10137,"description":"consumer with multiple subject filters cannot use subject based API"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G.s.1 _I.6 97
A> {"stream_name":"S","config":{"name":"G","ack_policy":"explicit","filter_subjects":["s.1","s.2"]}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10137,"description":"consumer with multiple subject filters cannot use subject based API"}}

== filters that can't be #379~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subjects":[""]}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10139,"description":"consumer filter in FilterSubjects cannot be empty"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 102
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subjects":["s.1",""]}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10139,"description":"consumer filter in FilterSubjects cannot be empty"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 105
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subjects":["s.1","s.1"]}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10138,"description":"consumer subject filters cannot overlap"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 105
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subjects":["s.>","s.1"]}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10138,"description":"consumer subject filters cannot overlap"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 97
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subject":"s..1"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10052,"description":"invalid subject"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subject":"t.1"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","filter_subject":"t.1"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.7 105
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subjects":["s.1","t.1"]}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","filter_subjects":["s.1","t.1"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.8 106
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subjects":["s.1","s..2"]}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10052,"description":"invalid subject"}}

== filters that a stream holds only in part #379~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subject":"*.1"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","filter_subject":"*.1"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.2 94
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","filter_subject":">"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit","filter_subject":">"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.3 105
A> {"stream_name":"S","config":{"durable_name":"G","ack_policy":"explicit","filter_subjects":["s.1","s.2"]}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"G","config":{"ack_policy":"explicit","filter_subjects":["s.1","s.2"]}}

== several filters keep the stream's order #379 #405~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.>"]}}
A> PUB s.a _I.1 1
A> a
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.b _I.2 1
A> b
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.c _I.3 1
A> c
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.a _I.4 1
A> a
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.b _I.5 1
A> b
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB s.c _I.6 1
A> c
A< MSG _I.6 1 22
A< {"stream":"S","seq":6}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.7 105
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subjects":["s.c","s.a"]}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":4,"name":"D","config":{"ack_policy":"explicit","filter_subjects":["s.c","s.a"]}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":4}
B< MSG s.a 9 $JS.ACK.S.D.1.1.1.<t1:number>.3 1
B< a
B< MSG s.c 9 $JS.ACK.S.D.1.3.2.<t2:number>.2 1
B< c
B< MSG s.a 9 $JS.ACK.S.D.1.4.3.<t3:number>.1 1
B< a
B< MSG s.c 9 $JS.ACK.S.D.1.6.4.<t4:number>.0 1
B< c
A> PUB $JS.API.CONSUMER.INFO.S.D _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":4,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":4,"stream_seq":6},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== another filter by update #379~ #395~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 0
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.0 _I.3 1
A> 2
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 3
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subject":"s.1"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit","filter_subject":"s.1"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subject":"s.0"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit","filter_subject":"s.0"}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":2,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.0 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 0
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.8 105
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subjects":["s.1","s.2"]}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"num_ack_pending":1,"name":"D","config":{"ack_policy":"explicit","filter_subjects":["s.1","s.2"]}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":2,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"config":{"filter_subjects":["s.1","s.2"],"filter_subject":"<absent>"},"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.10 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"num_ack_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.11 0
A> 
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":3,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== where all begins #374~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 0
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.0 _I.3 1
A> 2
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 3
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.0 _I.5 1
A> 4
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"all"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":5,"name":"D","config":{"deliver_policy":"all","ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
A> PUB s.1 _I.7 3
A> new
A< MSG _I.7 1 22
A< {"stream":"S","seq":6}
wait 60
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":9,"no_wait":true}
B< MSG s.0 9 $JS.ACK.S.D.1.1.1.<t1:number>.5 1
B< 0
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.4 1
B< 1
B< MSG s.0 9 $JS.ACK.S.D.1.3.3.<t3:number>.3 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.4.4.<t4:number>.2 1
B< 3
B< MSG s.0 9 $JS.ACK.S.D.1.5.5.<t5:number>.1 1
B< 4
B< MSG s.1 9 $JS.ACK.S.D.1.6.6.<t6:number>.0 3
B< new
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.D _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":6,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":6,"stream_seq":6},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== where last begins #374~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 0
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.0 _I.3 1
A> 2
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 3
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.0 _I.5 1
A> 4
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 97
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"last"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"deliver_policy":"last","ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
A> PUB s.1 _I.7 3
A> new
A< MSG _I.7 1 22
A< {"stream":"S","seq":6}
wait 60
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":9,"no_wait":true}
B< MSG s.0 9 $JS.ACK.S.D.1.5.1.<t1:number>.1 1
B< 4
B< MSG s.1 9 $JS.ACK.S.D.1.6.2.<t2:number>.0 3
B< new
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.D _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":6},"ack_floor":{"consumer_seq":0,"stream_seq":4}}

== where new begins #374~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 0
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.0 _I.3 1
A> 2
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 3
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.0 _I.5 1
A> 4
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"new"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"deliver_policy":"new","ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
A> PUB s.1 _I.7 3
A> new
A< MSG _I.7 1 22
A< {"stream":"S","seq":6}
wait 60
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":9,"no_wait":true}
B< MSG s.1 9 $JS.ACK.S.D.1.6.1.<t1:number>.0 3
B< new
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.D _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":6},"ack_floor":{"consumer_seq":0,"stream_seq":5}}

== where last per subject begins #374~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 0
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.0 _I.3 1
A> 2
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 3
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.0 _I.5 1
A> 4
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 132
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"last_per_subject","filter_subject":"s.*"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"deliver_policy":"last_per_subject","ack_policy":"explicit","filter_subject":"s.*"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
A> PUB s.1 _I.7 3
A> new
A< MSG _I.7 1 22
A< {"stream":"S","seq":6}
wait 60
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":9,"no_wait":true}
B< MSG s.1 9 $JS.ACK.S.D.1.4.1.<t1:number>.2 1
B< 3
B< MSG s.0 9 $JS.ACK.S.D.1.5.2.<t2:number>.1 1
B< 4
B< MSG s.1 9 $JS.ACK.S.D.1.6.3.<t3:number>.0 3
B< new
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.D _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":3,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":3,"stream_seq":6},"ack_floor":{"consumer_seq":0,"stream_seq":3}}

== where by start sequence begins #374~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 0
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.0 _I.3 1
A> 2
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 3
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.0 _I.5 1
A> 4
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 128
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"by_start_sequence","opt_start_seq":3}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"deliver_policy":"by_start_sequence","opt_start_seq":3,"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
A> PUB s.1 _I.7 3
A> new
A< MSG _I.7 1 22
A< {"stream":"S","seq":6}
wait 60
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":9,"no_wait":true}
B< MSG s.0 9 $JS.ACK.S.D.1.3.1.<t1:number>.3 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.4.2.<t2:number>.2 1
B< 3
B< MSG s.0 9 $JS.ACK.S.D.1.5.3.<t3:number>.1 1
B< 4
B< MSG s.1 9 $JS.ACK.S.D.1.6.4.<t4:number>.0 3
B< new
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.D _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":4,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":4,"stream_seq":6},"ack_floor":{"consumer_seq":0,"stream_seq":2}}

== a start time before, between and behind #374~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> a
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 146
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"by_start_time","opt_start_time":"2020-01-01T00:00:00Z"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"deliver_policy":"by_start_time","opt_start_time":"2020-01-01T00:00:00Z","ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.3 146
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","deliver_policy":"by_start_time","opt_start_time":"2090-01-01T00:00:00Z"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"deliver_policy":"by_start_time","opt_start_time":"2090-01-01T00:00:00Z","ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"config":{"opt_start_time":"2020-01-01T00:00:00Z"},"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
A> PUB $JS.API.CONSUMER.INFO.S.F _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":1}}

== a start sequence beyond the last #374~
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 129
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"by_start_sequence","opt_start_seq":10}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"deliver_policy":"by_start_sequence","opt_start_seq":10,"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":9},"ack_floor":{"consumer_seq":0,"stream_seq":9}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
A> PUB s.1 _I.4 1
A> 2
A< MSG _I.4 1 22
A< {"stream":"S","seq":2}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":1,"no_wait":true}
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n

== start options that don't fit #374~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 136
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"all","opt_start_time":"2020-01-01T00:00:00Z"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver all, but optional start time is also set"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 115
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"last","opt_start_seq":1}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver last, but optional start sequence is also set"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 137
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"last","opt_start_time":"2020-01-01T00:00:00Z"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver last, but optional start time is also set"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 114
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"new","opt_start_seq":1}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver new, but optional start sequence is also set"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 136
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"new","opt_start_time":"2020-01-01T00:00:00Z"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver new, but optional start time is also set"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 168
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"by_start_sequence","opt_start_seq":1,"opt_start_time":"2020-01-01T00:00:00Z"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver by start sequence, but optional start time is also set"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.7 106
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"by_start_time"}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver by start time, but optional start time is not set"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.8 164
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"by_start_time","opt_start_seq":1,"opt_start_time":"2020-01-01T00:00:00Z"}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver by start time, but optional start start sequence is also set"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.9 150
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"last_per_subject","filter_subject":"s.1","opt_start_seq":1}}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver last per subject, but optional start sequence is also set"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.10 172
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"last_per_subject","filter_subject":"s.1","opt_start_time":"2020-01-01T00:00:00Z"}}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver last per subject, but optional start time is also set"}}

== numbers below zero #377~ #383~ #387~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 87
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","ack_wait":-1}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10183,"description":"consumer ack wait needs to be positive"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 88
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","backoff":[-1]}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10184,"description":"consumer backoff needs to be positive"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 90
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_waiting":-1}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_waiting":512}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 88
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_batch":-1}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_batch":"<absent>"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 90
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_expires":-5}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_expires":"<absent>"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 91
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_expires":100}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10115,"description":"consumer max request expires needs to be >= 1ms"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.7 88
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_bytes":-5}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_bytes":"<absent>"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.8 90
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":-7}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_deliver":-1}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.9 94
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","max_ack_pending":-5}}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit","max_ack_pending":-1}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.10 97
A> {"stream_name":"S","config":{"durable_name":"G","ack_policy":"explicit","inactive_threshold":-5}}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"G","config":{"ack_policy":"explicit","inactive_threshold":"<absent>"}}
A> PUB $JS.API.CONSUMER.CREATE.S.H _I.11 91
A> {"stream_name":"S","config":{"durable_name":"H","ack_policy":"explicit","num_replicas":-1}}
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10133,"description":"replicas count cannot be negative"}}

== max_ack_pending of a consumer that takes no acks #384~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"none","max_ack_pending":5}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"none","max_ack_pending":5}}

== backoff sets ack_wait #378~ #377~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 123
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":5,"backoff":[1000000000,2000000000]}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","ack_wait":1000000000,"max_deliver":5,"backoff":[1000000000,2000000000]}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.2 118
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","ack_wait":5000000000,"backoff":[1000000000]}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit","ack_wait":1000000000,"backoff":[1000000000]}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.3 134
A> {"stream_name":"S","config":{"durable_name":"G","ack_policy":"explicit","max_deliver":2,"backoff":[1000000000,2000000000,3000000000]}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10116,"description":"max deliver is required to be > length of backoff values"}}
A> PUB $JS.API.CONSUMER.CREATE.S.H _I.4 123
A> {"stream_name":"S","config":{"durable_name":"H","ack_policy":"explicit","max_deliver":2,"backoff":[1000000000,2000000000]}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"H","config":{"ack_policy":"explicit","max_deliver":2,"backoff":[1000000000,2000000000]}}

== enumerations of a consumer that are none #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 98
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"bogus"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: can not unmarshal \"\\\\\"bogus\\\\\"\""}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 97
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","replay_policy":"bogus"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: can not unmarshal \"\\\\\"bogus\\\\\"\""}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","ack_wait":"1s"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 102
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","opt_start_time":"yesterday"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}

== push consumers and what only pull consumers have #388~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 111
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"d","max_waiting":1}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10080,"description":"consumer in push mode can not set max waiting"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 109
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"d","max_batch":1}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_batch":1,"deliver_subject":"d"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.3 117
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","deliver_subject":"d","max_expires":1000000}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit","max_expires":1000000,"deliver_subject":"d"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.4 109
A> {"stream_name":"S","config":{"durable_name":"G","ack_policy":"explicit","deliver_subject":"d","max_bytes":1}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"G","config":{"ack_policy":"explicit","max_bytes":1,"deliver_subject":"d"}}
A> PUB $JS.API.CONSUMER.CREATE.S.H _I.5 98
A> {"stream_name":"S","config":{"durable_name":"H","ack_policy":"explicit","deliver_subject":"a..b"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10112,"description":"invalid push consumer deliver subject"}}
A> PUB $JS.API.CONSUMER.CREATE.S.I _I.6 97
A> {"stream_name":"S","config":{"durable_name":"I","ack_policy":"explicit","deliver_subject":"a b"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10112,"description":"invalid push consumer deliver subject"}}
A> PUB $JS.API.CONSUMER.CREATE.S.J _I.7 93
A> {"stream_name":"S","config":{"durable_name":"J","ack_policy":"explicit","deliver_group":"g"}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"J","config":{"ack_policy":"explicit","deliver_group":"g"}}
A> PUB $JS.API.CONSUMER.CREATE.S.K _I.8 115
A> {"stream_name":"S","config":{"durable_name":"K","ack_policy":"explicit","deliver_subject":"d","idle_heartbeat":-1}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"K","config":{"ack_policy":"explicit","deliver_subject":"d","idle_heartbeat":"<absent>"}}

== deliver subjects that form a cycle #388~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.>"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 97
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"s.x"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10081,"description":"consumer deliver subject forms a cycle"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 95
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"s"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","deliver_subject":"s"}}

== sampling as a number and in percent #382~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 93
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","sample_freq":"50%"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","sample_freq":"50%"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.2 92
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","sample_freq":"50"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit","sample_freq":"50"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.3 94
A> {"stream_name":"S","config":{"durable_name":"G","ack_policy":"explicit","sample_freq":"150%"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"G","config":{"ack_policy":"explicit","sample_freq":"150%"}}
A> PUB $JS.API.CONSUMER.CREATE.S.H _I.4 92
A> {"stream_name":"S","config":{"durable_name":"H","ack_policy":"explicit","sample_freq":"-1"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10095,"description":"failed to parse consumer sampling configuration: \\<nil>"}}
A> PUB $JS.API.CONSUMER.CREATE.S.I _I.5 94
A> {"stream_name":"S","config":{"durable_name":"I","ack_policy":"explicit","sample_freq":"5.5%"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10095,"description":"failed to parse consumer sampling configuration: strconv.Atoi: parsing \"5.5\": invalid syntax"}}

== description and metadata of a consumer #392 #445~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 133
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","description":"why","metadata":{"a":"b","_nats.level":"77"}}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"description":"why","ack_policy":"explicit","metadata":{"a":"b"}}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.2 4187
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","description":"<repeat 4097 d>"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10107,"description":"consumer description is too long, maximum allowed is 4096"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.3 131165
A> {"stream_name":"S","config":{"durable_name":"G","ack_policy":"explicit","metadata":{"k":"<repeat 131072 v>"}}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10135,"description":"consumer metadata exceeds maximum size of 128KB"}}

== replicas of consumers on interest streams #390~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 54
A> {"name":"S","subjects":["s.*"],"retention":"interest"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"retention":"interest"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 90
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","num_replicas":1}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","num_replicas":1}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.2 90
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","num_replicas":0}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit","num_replicas":0}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.3 90
A> {"stream_name":"S","config":{"durable_name":"G","ack_policy":"explicit","num_replicas":2}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10074,"description":"replicas > 1 not supported in non-clustered mode"}}

== a consumer in memory #390~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 92
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","mem_storage":true}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","mem_storage":true}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"config":{"mem_storage":true},"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== levels that consumers ask for #445~
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
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","metadata":{"_nats.level":"5","_nats.req.level":"0","_nats.ver":"2.15.1"}}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.2 110
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","pause_until":"2096-01-01T00:00:00Z"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","paused":true,"num_pending":0,"name":"F","config":{"ack_policy":"explicit","metadata":{"_nats.level":"5","_nats.req.level":"1","_nats.ver":"2.15.1"},"pause_until":"2096-01-01T00:00:00Z"}}

== what an update of a consumer may change #395~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 149
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","ack_wait":1000000000,"max_deliver":3,"max_ack_pending":5,"description":"a"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"description":"a","ack_policy":"explicit","ack_wait":1000000000,"max_deliver":3,"max_ack_pending":5}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 320
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","ack_wait":2000000000,"max_deliver":4,"max_ack_pending":6,"description":"b","sample_freq":"10","headers_only":true,"inactive_threshold":60000000000,"max_batch":5,"max_expires":1000000000,"max_bytes":100,"metadata":{"x":"y"},"backoff":[1000000000]}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"description":"b","ack_policy":"explicit","ack_wait":1000000000,"max_deliver":4,"backoff":[1000000000],"sample_freq":"10","max_ack_pending":6,"headers_only":true,"max_batch":5,"max_expires":1000000000,"max_bytes":100,"inactive_threshold":60000000000,"metadata":{"x":"y"}}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"config":{"description":"b","ack_wait":1000000000,"max_deliver":4,"backoff":[1000000000],"max_ack_pending":6},"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== what an update of a consumer may not change, all of it #395 @error
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 97
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"last"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"deliver policy can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 100
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","replay_policy":"original"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"replay policy can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_waiting":7}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"max waiting can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 69
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"none"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"ack policy can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 92
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","mem_storage":true}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"storage type can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.7 128
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","deliver_policy":"by_start_sequence","opt_start_seq":2}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"deliver_policy":"by_start_sequence","opt_start_seq":2,"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.8 128
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","deliver_policy":"by_start_sequence","opt_start_seq":3}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"start sequence can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.9 146
A> {"stream_name":"S","config":{"durable_name":"G","ack_policy":"explicit","deliver_policy":"by_start_time","opt_start_time":"2020-01-01T00:00:00Z"}}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"G","config":{"deliver_policy":"by_start_time","opt_start_time":"2020-01-01T00:00:00Z","ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.10 146
A> {"stream_name":"S","config":{"durable_name":"G","ack_policy":"explicit","deliver_policy":"by_start_time","opt_start_time":"2021-01-01T00:00:00Z"}}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"start time can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.H _I.11 123
A> {"stream_name":"S","config":{"durable_name":"H","ack_policy":"explicit","deliver_subject":"d","idle_heartbeat":1000000000}}
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"H","config":{"ack_policy":"explicit","deliver_subject":"d","idle_heartbeat":1000000000}}
A> PUB $JS.API.CONSUMER.CREATE.S.H _I.12 123
A> {"stream_name":"S","config":{"durable_name":"H","ack_policy":"explicit","deliver_subject":"d","idle_heartbeat":2000000000}}
A< MSG _I.12 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"heart beats can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.H _I.13 143
A> {"stream_name":"S","config":{"durable_name":"H","ack_policy":"explicit","deliver_subject":"d","idle_heartbeat":1000000000,"flow_control":true}}
A< MSG _I.13 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"flow control can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.H _I.14 73
A> {"stream_name":"S","config":{"durable_name":"H","ack_policy":"explicit"}}
A< MSG _I.14 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"heart beats can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.H _I.15 123
A> {"stream_name":"S","config":{"durable_name":"H","ack_policy":"explicit","deliver_subject":"e","idle_heartbeat":1000000000}}
A< MSG _I.15 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"H","config":{"ack_policy":"explicit","deliver_subject":"e","idle_heartbeat":1000000000}}

== a deliver subject that is in use stays #395~ #388~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"d1"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","deliver_subject":"d1"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d1 2
B: sync
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"d2"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10013,"description":"consumer name already in use"}}
B> UNSUB 2
B: sync
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"d2"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","deliver_subject":"d2"}}
B> SUB d2 3
B: sync
A> PUB s.1 _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"S","seq":1}
B< MSG s.1 3 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x

== actions of a create request #395~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 91
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"},"action":"create"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 91
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"},"action":"create"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 107
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":3},"action":"create"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10148,"description":"consumer already exists"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 107
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":4},"action":"update"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_deliver":4}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.5 91
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"},"action":"update"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10149,"description":"consumer does not exist"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.6 90
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"},"action":"bogus"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: unknown consumer action: \"bogus\""}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.7 73
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit"}}

== a consumer is pedantic #348~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 98
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit","max_deliver":-5},"pedantic":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_deliver must be set to -1"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 126
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit","backoff":[1000000000],"ack_wait":5000000000},"pedantic":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: first backoff value has to equal batch AckWait"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 98
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit","max_waiting":-3},"pedantic":true}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_waiting must not be negative"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 96
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit","max_batch":-3},"pedantic":true}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_batch must not be negative"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 98
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit","max_expires":-3},"pedantic":true}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_expires must not be negative"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 96
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit","max_bytes":-3},"pedantic":true}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_bytes must not be negative"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.7 102
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit","max_ack_pending":-3},"pedantic":true}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_ack_pending must be set to -1"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.8 105
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit","inactive_threshold":-3},"pedantic":true}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: inactive_threshold must not be negative"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.9 101
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit","idle_heartbeat":-3},"pedantic":true}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: idle_heartbeat must not be negative"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.10 104
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit","backoff":[1000000000]},"pedantic":true}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: first backoff value has to equal batch AckWait"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.11 81
A> {"stream_name":"S","config":{"name":"D","ack_policy":"explicit"},"pedantic":true}
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}

== pedantic consumers of a stream with limits #348~ #340~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 104
A> {"name":"S","subjects":["s.*"],"consumer_limits":{"inactive_threshold":60000000000,"max_ack_pending":7}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"consumer_limits":{"inactive_threshold":60000000000,"max_ack_pending":7}}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"},"pedantic":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: max_ack_pending must be set if it's configured in stream limits"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 109
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":5},"pedantic":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: inactive_threshold must be set if it's configured in stream limits"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 141
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":5,"inactive_threshold":1000000000},"pedantic":true}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_ack_pending":5,"inactive_threshold":1000000000}}

== names and lists of consumers #373~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.A1 _I.1 74
A> {"stream_name":"S","config":{"durable_name":"A1","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"A1","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.A2 _I.2 97
A> {"stream_name":"S","config":{"durable_name":"A2","ack_policy":"explicit","filter_subject":"s.1"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"A2","config":{"ack_policy":"explicit","filter_subject":"s.1"}}
A> PUB $JS.API.CONSUMER.CREATE.S.A3 _I.3 96
A> {"stream_name":"S","config":{"durable_name":"A3","ack_policy":"explicit","deliver_subject":"d"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"A3","config":{"ack_policy":"explicit","deliver_subject":"d"}}
A> PUB s.2 _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.NAMES.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":3,"offset":0,"limit":1024,"consumers":["A1","A2","A3"]}
A> PUB $JS.API.CONSUMER.NAMES.S _I.6 12
A> {"offset":1}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":3,"offset":1,"limit":1024,"consumers":["A2","A3"]}
A> PUB $JS.API.CONSUMER.NAMES.S _I.7 12
A> {"offset":7}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":3,"offset":3,"limit":1024,"consumers":[]}
A> PUB $JS.API.CONSUMER.LIST.S _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_list_response","total":3,"offset":0,"limit":256,"consumers":[{"config":{"name":"A1"},"num_pending":1},{"config":{"name":"A2"},"num_pending":0},{"config":{"name":"A3"},"num_pending":1}]}
A> PUB $JS.API.CONSUMER.LIST.S _I.9 12
A> {"offset":2}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_list_response","total":3,"offset":2,"limit":256,"consumers":[{"config":{"name":"A3"},"num_pending":1}]}
A> PUB $JS.API.CONSUMER.LIST.S _I.10 13
A> {"offset":-2}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_list_response","total":3,"offset":0,"limit":256,"consumers":[{"config":{"name":"A1"},"num_pending":1},{"config":{"name":"A2"},"num_pending":0},{"config":{"name":"A3"},"num_pending":1}]}

== lists of no consumers and of no stream #373~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.NAMES.S _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":0,"offset":0,"limit":1024,"consumers":[]}
A> PUB $JS.API.CONSUMER.LIST.S _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_list_response","total":0,"offset":0,"limit":256,"consumers":[]}
A> PUB $JS.API.CONSUMER.NAMES.Q _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
A> PUB $JS.API.CONSUMER.LIST.Q _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_list_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
A> PUB $JS.API.CONSUMER.NAMES.S _I.5 1
A> x
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":0,"offset":0,"limit":1024,"consumers":[]}
A> PUB $JS.API.CONSUMER.LIST.S _I.6 11
A> {"bogus":1}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_list_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"bogus\""}}

== info, delete, pause and reset of what isn't there #373~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.INFO.S.Q _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","error":{"code":404,"err_code":10014,"description":"consumer not found"}}
A> PUB $JS.API.CONSUMER.INFO.Q.D _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
A> PUB $JS.API.CONSUMER.DELETE.Q.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.4 1
A> x
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","error":{"code":400,"err_code":10038,"description":"expected an empty request payload"}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.5 1
A> x
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","error":{"code":400,"err_code":10038,"description":"expected an empty request payload"}}
A> PUB $JS.API.CONSUMER.PAUSE.Q.D _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
A> PUB $JS.API.CONSUMER.UNPIN.S.D _I.7 13
A> {"group":"g"}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_unpin_response","error":{"code":404,"err_code":10014,"description":"consumer not found"}}
A> PUB $JS.API.CONSUMER.UNPIN.Q.D _I.8 13
A> {"group":"g"}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_unpin_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}

== info wants an empty request #373~ @error
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
A> PUB $JS.API.CONSUMER.INFO.S.D _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","error":{"code":400,"err_code":10038,"description":"expected an empty request payload"}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 2
A> {}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.4 7
A> {"a":1}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","error":{"code":400,"err_code":10038,"description":"expected an empty request payload"}}
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.5 2
A> []
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","error":{"code":400,"err_code":10038,"description":"expected an empty request payload"}}

== a deleted consumer begins anew #373~
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
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x
B> PUB $JS.ACK.S.D.1.1.1.<t1>.0 _IB.3 4
B> +ACK
B< MSG _IB.3 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":1,"stream_seq":1}}
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","success":true}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== pull requests of a consumer that isn't there #397~ @error
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
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< HMSG _P.B 9 61 61
B< NATS/1.0 503\r\nNats-Subject: $JS.API.CONSUMER.MSG.NEXT.S.D\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.Q.D _P.B 1
B> 1
B< HMSG _P.B 9 61 61
B< NATS/1.0 503\r\nNats-Subject: $JS.API.CONSUMER.MSG.NEXT.Q.D\r\n\r\n

== a consumer that is paused by its configuration #393 #411~
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 110
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","pause_until":"2096-01-01T00:00:00Z"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","paused":true,"num_pending":1,"name":"D","config":{"ack_policy":"explicit","pause_until":"2096-01-01T00:00:00Z"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 31
B> {"batch":1,"expires":300000000}
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 0\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","paused":true,"num_pending":1,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
A> PUB $JS.API.CONSUMER.PAUSE.S.D _I.4 2
A> {}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","paused":false,"pause_until":"0001-01-01T00:00:00Z"}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x

== a pause in the past is none #411~ #393~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 110
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","pause_until":"2020-01-01T00:00:00Z"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","pause_until":"2020-01-01T00:00:00Z"},"paused":"<absent>"}
A> PUB $JS.API.CONSUMER.PAUSE.S.D _I.2 38
A> {"pause_until":"2020-01-01T00:00:00Z"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","paused":false,"pause_until":"2020-01-01T00:00:00Z"}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"config":{"pause_until":"2020-01-01T00:00:00Z"},"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0},"paused":"<absent>","pause_remaining":"<absent>"}

== pause requests that can't be read #411~ @error
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
A> PUB $JS.API.CONSUMER.PAUSE.S.D _I.2 1
A> {
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: unexpected EOF"}}
A> PUB $JS.API.CONSUMER.PAUSE.S.D _I.3 22
A> {"pause_until":"soon"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.CONSUMER.PAUSE.S.D _I.4 11
A> {"bogus":1}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"bogus\""}}
A> PUB $JS.API.CONSUMER.PAUSE.S.D _I.5 1
A> x
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","paused":false,"pause_until":"0001-01-01T00:00:00Z"}

== rules of work queues #357~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 55
A> {"name":"S","subjects":["s.*"],"retention":"workqueue"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"retention":"workqueue"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 91
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"none","deliver_subject":"d"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10098,"description":"workqueue stream requires explicit ack"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 90
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"all","deliver_subject":"d"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10098,"description":"workqueue stream requires explicit ack"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 68
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"all"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10098,"description":"workqueue stream requires explicit ack"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 97
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"last"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10101,"description":"consumer must be deliver all on workqueue stream"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 151
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subject":"s.1","deliver_policy":"by_start_sequence","opt_start_seq":1}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10101,"description":"consumer must be deliver all on workqueue stream"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subject":"s.1"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","filter_subject":"s.1"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.7 73
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10099,"description":"multiple non-filtered consumers not allowed on workqueue stream"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.8 96
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","filter_subject":"s.*"}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10100,"description":"filtered consumer not unique on workqueue stream"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.9 96
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","filter_subject":"s.2"}}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit","filter_subject":"s.2"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.10 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subject":"s.2"}}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10100,"description":"filtered consumer not unique on workqueue stream"}}

== two unfiltered consumers of a work queue #357~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 55
A> {"name":"S","subjects":["s.*"],"retention":"workqueue"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"retention":"workqueue"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.2 73
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10099,"description":"multiple non-filtered consumers not allowed on workqueue stream"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":3}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_deliver":3}}
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","success":true}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.5 73
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit"}}

== max_consumers counts all but updates #325~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 49
A> {"name":"S","subjects":["s.*"],"max_consumers":1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"max_consumers":1}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":2}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_deliver":2}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.3 73
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10026,"description":"maximum consumers limit reached"}}
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","success":true}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.5 73
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit"}}

== an ephemeral consumer goes when nobody asks #406~ #389~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.E _I.1 96
A> {"stream_name":"S","config":{"name":"E","ack_policy":"explicit","inactive_threshold":200000000}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"E","config":{"ack_policy":"explicit","inactive_threshold":200000000}}
wait 1600
A> PUB $JS.API.CONSUMER.INFO.S.E _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","error":{"code":404,"err_code":10014,"description":"consumer not found"}}

== a durable consumer with a threshold goes too #389~ #406~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 104
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","inactive_threshold":200000000}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","inactive_threshold":200000000}}
wait 1600
A> PUB $JS.API.CONSUMER.INFO.S.D _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","error":{"code":404,"err_code":10014,"description":"consumer not found"}}
