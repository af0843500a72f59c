# JetStream on one server: what is answered, and what is refused.

== a stream without subjects takes its name #320~ #321~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 12
A> {"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["S"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB S _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}

== the same stream twice is one stream #320~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.STREAM.CREATE.S _I.1 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}

== another configuration under the same name #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.STREAM.CREATE.S _I.1 31
A> {"subjects":["t.*"],"name":"S"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10058,"description":"stream name already in use with a different configuration"}}

== the name in the subject must be the name in the request #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.X _I.0 12
A> {"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10056,"description":"stream name in subject does not match request"}}

== subjects of two streams may not overlap #321~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 31
A> {"name":"T","subjects":["s.1"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10065,"description":"subjects overlap with an existing stream"}}

== subjects of one stream may not overlap #321~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 37
A> {"name":"T","subjects":["a.*","a.b"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subject \"a.*\" overlaps with \"a.b\""}}

== a subject twice #321~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 33
A> {"name":"T","subjects":["a","a"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subject \"a\" overlaps with \"a\""}}

== a subject that is none #321~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 32
A> {"name":"T","subjects":["t..1"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"invalid subject"}}

== all subjects need no_ack #329~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 29
A> {"name":"T","subjects":[">"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"capturing all subjects requires no-ack to be true"}}

== subjects of the API need no_ack #329~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 37
A> {"name":"T","subjects":["$JS.API.x"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subjects that overlap with jetstream api require no-ack to be true"}}

== no_ack streams answer nobody #329
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 45
A> {"subjects":["s.*"],"no_ack":true,"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"no_ack":true,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}

== three replicas need a cluster #324~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 29
A> {"name":"T","num_replicas":3}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10074,"description":"replicas > 1 not supported in non-clustered mode"}}

== seven replicas are too many #324~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 29
A> {"name":"T","num_replicas":7}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"maximum replicas is 5"}}

== negative replicas #324~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 30
A> {"name":"T","num_replicas":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10133,"description":"replicas count cannot be negative"}}

== max_age below 100 ms #325~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 24
A> {"name":"T","max_age":5}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"max age needs to be >= 100ms"}}

== a duplicate window beyond max_age #328~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 63
A> {"name":"T","max_age":1000000000,"duplicate_window":2000000000}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"duplicates window can not be larger then max age"}}

== a duplicate window below 100 ms #328~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 34
A> {"name":"T","duplicate_window":20}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"duplicates window needs to be >= 100ms"}}

== a negative duplicate window #328~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 34
A> {"name":"T","duplicate_window":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"duplicates window can not be negative"}}

== discard_new_per_subject needs discard new #327~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 43
A> {"name":"T","discard_new_per_subject":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"discard new per subject requires discard new policy to be set"}}

== discard_new_per_subject needs max_msgs_per_subject #327~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 59
A> {"name":"T","discard":"new","discard_new_per_subject":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"discard new per subject requires max msgs per subject > 0"}}

== roll-ups need the purge permission #331~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 55
A> {"name":"T","deny_purge":true,"allow_rollup_hdrs":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"roll-ups require the purge permission"}}

== a retention that is none #322~ #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 32
A> {"name":"T","retention":"bogus"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"<string>"}}

== a field nobody knows #446 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 20
A> {"name":"T","foo":1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"foo\""}}

== JSON that ends too early #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 1
A> {
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: unexpected EOF"}}

== republishing into the own subjects #336~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 64
A> {"name":"T","subjects":["q"],"republish":{"src":"q","dest":"q"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream configuration for republish destination forms a cycle"}}

== an api level that nobody has #445~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> HPUB $JS.API.STREAM.INFO.S _I.1 40 40
A> NATS/1.0\r\nNats-Required-Api-Level: 9\r\n\r\n
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":412,"err_code":10185,"description":"JetStream minimum api level required"}}

== pubacks count #350
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.2 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}

== the same id twice #351~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> HPUB s.1 _I.1 28 29
A> NATS/1.0\r\nNats-Msg-Id: a\r\n\r\nx
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> HPUB s.1 _I.2 28 29
A> NATS/1.0\r\nNats-Msg-Id: a\r\n\r\nx
A< MSG _I.2 1 40
A< {"stream":"S","seq":1,"duplicate": true}
A> HPUB s.1 _I.3 28 29
A> NATS/1.0\r\nNats-Msg-Id: b\r\n\r\nx
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}

== the expected stream is another #352~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> HPUB s.1 _I.1 37 38
A> NATS/1.0\r\nNats-Expected-Stream: Q\r\n\r\nx
A< MSG _I.1 1 <number>
A< ~{"error":{"code":400,"err_code":10060,"description":"expected stream does not match"},"stream":"S","seq":0}

== the expected last sequence #352~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> HPUB s.1 _I.1 44 45
A> NATS/1.0\r\nNats-Expected-Last-Sequence: 0\r\n\r\nx
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> HPUB s.1 _I.2 44 45
A> NATS/1.0\r\nNats-Expected-Last-Sequence: 9\r\n\r\nx
A< MSG _I.2 1 <number>
A< ~{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 1"},"stream":"S","seq":0}

== the expected last id #352~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> HPUB s.1 _I.1 28 29
A> NATS/1.0\r\nNats-Msg-Id: a\r\n\r\nx
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> HPUB s.1 _I.2 42 43
A> NATS/1.0\r\nNats-Expected-Last-Msg-Id: a\r\n\r\nx
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> HPUB s.1 _I.3 43 44
A> NATS/1.0\r\nNats-Expected-Last-Msg-Id: zz\r\n\r\nx
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10070,"description":"wrong last msg ID: "},"stream":"S","seq":0}

== the expected last sequence of a subject #352~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.2 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> HPUB s.1 _I.3 52 53
A> NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 1\r\n\r\nx
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> HPUB s.1 _I.4 52 53
A> NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 1\r\n\r\nx
A< MSG _I.4 1 <number>
A< ~{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 3"},"stream":"S","seq":0}

== another subject's sequence needs a sequence #352~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> HPUB s.1 _I.1 62 63
A> NATS/1.0\r\nNats-Expected-Last-Subject-Sequence-Subject: s.1\r\n\r\nx
A< MSG _I.1 1 <number>
A< ~{"error":{"code":400,"err_code":10193,"description":"missing sequence for expected last sequence per subject"},"stream":"S","seq":0}

== a time to live where none is allowed #341~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> HPUB s.1 _I.1 25 26
A> NATS/1.0\r\nNats-TTL: 5\r\n\r\nx
A< MSG _I.1 1 <number>
A< ~{"error":{"code":400,"err_code":10166,"description":"per-message TTL is disabled"},"stream":"S","seq":0}

== a time to live that is none #341~ #359~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 52
A> {"subjects":["s.*"],"allow_msg_ttl":true,"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":true}}
A> HPUB s.1 _I.1 26 27
A> NATS/1.0\r\nNats-TTL: 5s\r\n\r\nx
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> HPUB s.1 _I.2 28 29
A> NATS/1.0\r\nNats-TTL: soon\r\n\r\nx
A< MSG _I.2 1 <number>
A< ~{"error":{"code":400,"err_code":10165,"description":"invalid per-message TTL"},"stream":"S","seq":0}
A> HPUB s.1 _I.3 28 29
A> NATS/1.0\r\nNats-TTL: 10ms\r\n\r\nx
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10165,"description":"invalid per-message TTL"},"stream":"S","seq":0}

== roll-ups where none are allowed #331~ #353~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> HPUB s.1 _I.1 30 31
A> NATS/1.0\r\nNats-Rollup: sub\r\n\r\nx
A< MSG _I.1 1 <number>
A< ~{"error":{"code":500,"err_code":10111,"description":"rollup not permitted"},"stream":"S","seq":0}

== roll-ups of a subject and of all #353~ #331
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 56
A> {"subjects":["s.*"],"allow_rollup_hdrs":true,"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":true,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.2 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> HPUB s.1 _I.4 30 31
A> NATS/1.0\r\nNats-Rollup: sub\r\n\r\nx
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":102,"first_seq":2,"last_seq":4,"num_subjects":2,"num_deleted":1,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":true,"consumer_limits":{},"allow_msg_ttl":false}}
A> HPUB s.3 _I.6 30 31
A> NATS/1.0\r\nNats-Rollup: all\r\n\r\nx
A< MSG _I.6 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.STREAM.INFO.S _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":68,"first_seq":5,"last_seq":5,"num_subjects":1,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":true,"consumer_limits":{},"allow_msg_ttl":false}}
A> HPUB s.3 _I.8 30 31
A> NATS/1.0\r\nNats-Rollup: bad\r\n\r\nx
A< MSG _I.8 1 <number>
A< ~{"error":{"code":500,"err_code":10111,"description":"rollup value invalid: \"bad\""},"stream":"S","seq":0}

== max_msgs with discard new #327~ #325~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 60
A> {"subjects":["s.*"],"max_msgs":1,"discard":"new","name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"new","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"error":{"code":503,"err_code":10077,"description":"maximum messages exceeded"},"stream":"S","seq":0}

== max_msgs with discard old #327~ #325~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 44
A> {"subjects":["s.*"],"max_msgs":2,"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":2,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
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
A> PUB $JS.API.STREAM.INFO.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":68,"first_seq":2,"last_seq":3,"num_subjects":1,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":2,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}

== max_bytes with discard new #327~ #325~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
file only: the bytes of a message differ
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 62
A> {"subjects":["s.*"],"max_bytes":50,"discard":"new","name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":50,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"new","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"error":{"code":503,"err_code":10077,"description":"maximum bytes exceeded"},"stream":"S","seq":0}

== max_msgs_per_subject keeps the last ones #326
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 56
A> {"subjects":["s.*"],"max_msgs_per_subject":1,"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.STREAM.INFO.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":68,"first_seq":2,"last_seq":3,"num_subjects":2,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}

== max_msgs_per_subject with discard new #326~ #327~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 103
A> {"subjects":["s.*"],"max_msgs_per_subject":1,"discard":"new","discard_new_per_subject":true,"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"discard_new_per_subject":true,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"error":{"code":503,"err_code":10077,"description":"maximum messages per subject exceeded"},"stream":"S","seq":0}
A> PUB s.2 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}

== max_msg_size counts headers #325~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 48
A> {"subjects":["s.*"],"max_msg_size":4,"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":4,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 4
A> 1234
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 5
A> 12345
A< MSG _I.2 1 <number>
A< ~{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"},"stream":"S","seq":0}
A> HPUB s.1 _I.3 18 19
A> NATS/1.0\r\na: b\r\n\r\n1
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"},"stream":"S","seq":0}

== purge all, of a subject, up to a sequence, but the last #354
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.2 _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.2 _I.5 1
A> x
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.STREAM.PURGE.S _I.6 25
A> {"filter":"s.1","keep":1}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":1}
A> PUB $JS.API.STREAM.PURGE.S _I.7 9
A> {"seq":4}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> PUB $JS.API.STREAM.PURGE.S _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> PUB $JS.API.STREAM.INFO.S _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":6,"last_seq":5,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}

== purge with a sequence and a number to keep #354~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.STREAM.PURGE.S _I.1 18
A> {"seq":2,"keep":3}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","error":{"code":400,"err_code":10003,"description":"bad request"}}

== purge of no stream #354~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.PURGE.S _I.0 0
A> 
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}

== purge and delete that are denied #330~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 68
A> {"subjects":["s.*"],"deny_purge":true,"deny_delete":true,"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":true,"deny_purge":true,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.PURGE.S _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","error":{"code":500,"err_code":10110,"description":"stream purge not permitted"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.3 9
A> {"seq":1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":500,"err_code":10057,"description":"message delete not permitted"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.4 49
A> {"subjects":["s.*"],"deny_purge":true,"name":"S"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"stream configuration update can not cancel deny message deletes"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.5 50
A> {"subjects":["s.*"],"deny_delete":true,"name":"S"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"stream configuration update can not cancel deny purge"}}

== a sealed stream takes nothing #330~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 45
A> {"subjects":["s.*"],"sealed":true,"name":"S"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"new","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":true,"deny_delete":true,"deny_purge":true,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10109,"description":"invalid operation on sealed stream"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.PURGE.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","error":{"code":400,"err_code":10109,"description":"invalid operation on sealed stream"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.5 9
A> {"seq":1}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":400,"err_code":10109,"description":"invalid operation on sealed stream"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.6 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"stream configuration update can not unseal a sealed stream"}}

== a message is deleted once #355~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
file only: what is said about a sequence that was never there differs
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.3 9
A> {"seq":1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.4 10
A> {"seq":99}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":500,"err_code":10057,"description":"stream store EOF"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":400,"err_code":10003,"description":"bad request"}}
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":2,"last_seq":2,"num_subjects":1,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}

== deleted details and subjects in info #370
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.4 9
A> {"seq":2}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.INFO.S _I.5 48
A> {"deleted_details":true,"subjects_filter":"s.*"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":2,"offset":0,"limit":100000,"state":{"messages":2,"bytes":68,"first_seq":1,"last_seq":3,"num_subjects":2,"subjects":{"s.1":1,"s.2":1},"num_deleted":1,"deleted":[2],"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}

== a stream that isn't there #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.INFO.S _I.0 0
A> 
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
A> PUB $JS.API.STREAM.DELETE.S _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_delete_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 12
A> {"name":"S"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}

== delete wants an empty request #320~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.STREAM.DELETE.S _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_delete_response","error":{"code":400,"err_code":10038,"description":"expected an empty request payload"}}
A> PUB $JS.API.STREAM.DELETE.S _I.2 2
A> {}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_delete_response","success":true}

== what an update may not change #322~ #323~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
file only: a file stream does not become one in memory
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 50
A> {"subjects":["s.*"],"storage":"memory","name":"S"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"stream configuration update can not change storage type"}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 55
A> {"subjects":["s.*"],"retention":"workqueue","name":"S"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"stream configuration update can not change retention policy to/from workqueue"}}

== names and lists have pages #320~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 29
A> {"name":"T","subjects":["t"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"T","subjects":["t"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.STREAM.NAMES _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":2,"offset":0,"limit":1024,"streams":["S","T"]}
A> PUB $JS.API.STREAM.NAMES _I.3 15
A> {"subject":"t"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":1,"offset":0,"limit":1024,"streams":["T"]}
A> PUB $JS.API.STREAM.NAMES _I.4 12
A> {"offset":1}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":2,"offset":1,"limit":1024,"streams":["T"]}

== first_seq is where numbers begin #339
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 47
A> {"subjects":["s.*"],"first_seq":100,"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":100,"last_seq":99,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","first_seq":100,"allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 24
A< {"stream":"S","seq":100}

== a transform before storage #337 #367
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 92
A> {"subjects":["s.*"],"subject_transform":{"src":"s.*","dest":"t.{{wildcard(1)}}"},"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","subject_transform":{"src":"s.*","dest":"t.{{wildcard(1)}}"},"allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.MSG.GET.S _I.2 22
A> {"last_by_subj":"t.1"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"t.1","seq":1,"data":"eA=="}}

== messages by sequence, last and next of a subject #369~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> a
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.2 _I.2 1
A> b
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> c
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.STREAM.MSG.GET.S _I.4 9
A> {"seq":2}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.2","seq":2,"data":"Yg=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.5 22
A> {"last_by_subj":"s.1"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":3,"data":"Yw=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.6 30
A> {"next_by_subj":"s.*","seq":2}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.2","seq":2,"data":"Yg=="}}

== messages that aren't there #369~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.1 9
A> {"seq":2}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":404,"err_code":10037,"description":"no message found"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10003,"description":"bad request"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.3 30
A> {"seq":1,"last_by_subj":"s.1"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10003,"description":"bad request"}}

== direct gets that find nothing or ask for nothing #332~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"subjects":["s.*"],"allow_direct":true,"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":true,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.DIRECT.GET.S _I.1 0
A> 
A< HMSG _I.1 1 30 30
A< NATS/1.0 408 Empty Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.2 1
A> {
A< HMSG _I.2 1 34 34
A< NATS/1.0 408 Malformed Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.3 9
A> {"seq":9}
A< HMSG _I.3 1 34 34
A< NATS/1.0 404 Message Not Found\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S.s.1 _I.4 0
A> 
A< HMSG _I.4 1 34 34
A< NATS/1.0 404 Message Not Found\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.5 21
A> {"multi_last":["zz"]}
A< HMSG _I.5 1 27 27
A< NATS/1.0 404 No Results\r\n\r\n

== interest streams keep nothing without consumers #356~ #322~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 54
A> {"subjects":["s.*"],"retention":"interest","name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"interest","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.INFO.S _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":3,"last_seq":2,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"interest","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}

== work queues want explicit acks and one consumer #357~ #322~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 55
A> {"subjects":["s.*"],"retention":"workqueue","name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"workqueue","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 61
A> {"stream_name":"S","config":{"ack_policy":"none","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10084,"description":"consumer in pull mode requires explicit ack policy on workqueue stream"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 65
A> {"stream_name":"S","config":{"ack_policy":"explicit","name":"D"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"config":{"name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"inactive_threshold":5000000000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.3 65
A> {"stream_name":"S","config":{"ack_policy":"explicit","name":"F"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10099,"description":"multiple non-filtered consumers not allowed on workqueue stream"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.4 88
A> {"stream_name":"S","config":{"ack_policy":"explicit","deliver_policy":"new","name":"G"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10101,"description":"consumer must be deliver all on workqueue stream"}}

== a consumer of no stream #373~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.0 65
A> {"stream_name":"S","config":{"ack_policy":"explicit","name":"D"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}

== a durable consumer and its names #373~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 84
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"config":{"durable_name":"D","name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 60
A> {"stream_name":"S","config":{"durable_name":"E","name":"D"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10017,"description":"consumer name in subject does not match durable name in request"}}
A> PUB $JS.API.CONSUMER.DURABLE.CREATE.S.D _I.3 54
A> {"stream_name":"S","config":{"ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10018,"description":"consumer expected to be durable but a durable name was not set"}}

== create wants a consumer that isn't there, update one that is #395 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 83
A> {"stream_name":"S","action":"update","config":{"name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10149,"description":"consumer does not exist"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 65
A> {"stream_name":"S","config":{"ack_policy":"explicit","name":"D"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"config":{"name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"inactive_threshold":5000000000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 99
A> {"stream_name":"S","action":"create","config":{"name":"D","ack_policy":"explicit","max_deliver":5}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10148,"description":"consumer already exists"}}

== start sequence without one #374~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 102
A> {"stream_name":"S","config":{"ack_policy":"explicit","deliver_policy":"by_start_sequence","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver by start sequence, but optional start sequence is not set"}}

== a start sequence with deliver all #374~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 59
A> {"stream_name":"S","config":{"opt_start_seq":3,"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver all, but optional start sequence is also set"}}

== last per subject without filter #374~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 77
A> {"stream_name":"S","config":{"deliver_policy":"last_per_subject","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10094,"description":"consumer delivery policy is deliver last per subject, but optional filter subject is not set"}}

== overlapping filters #379~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"filter_subjects":["s.1","s.*"],"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10138,"description":"consumer subject filters cannot overlap"}}

== filter_subject and filter_subjects #379~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 90
A> {"stream_name":"S","config":{"filter_subject":"s.1","filter_subjects":["s.1"],"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10136,"description":"consumer cannot have both FilterSubject and FilterSubjects specified"}}

== a deliver subject with wildcards #388~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 65
A> {"stream_name":"S","config":{"deliver_subject":"a.*","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10079,"description":"consumer deliver subject has wildcards"}}

== a deliver subject in the stream #388~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 65
A> {"stream_name":"S","config":{"deliver_subject":"s.1","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10081,"description":"consumer deliver subject forms a cycle"}}

== max_waiting of a push consumer #383~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 79
A> {"stream_name":"S","config":{"deliver_subject":"a","max_waiting":5,"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10080,"description":"consumer in push mode can not set max waiting"}}

== flow control without heartbeats #385~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 83
A> {"stream_name":"S","config":{"deliver_subject":"a","flow_control":true,"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10108,"description":"consumer with flow control also needs heartbeats"}}

== a small heartbeat #385~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 82
A> {"stream_name":"S","config":{"deliver_subject":"a","idle_heartbeat":5,"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10083,"description":"consumer idle heartbeat needs to be >= 100ms"}}

== heartbeats of a pull consumer #385~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 68
A> {"stream_name":"S","config":{"idle_heartbeat":500000000,"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10088,"description":"consumer idle heartbeat requires a push based consumer"}}

== flow control of a pull consumer #385~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 61
A> {"stream_name":"S","config":{"flow_control":true,"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10089,"description":"consumer flow control requires a push based consumer"}}

== a rate limit of a pull consumer #381~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 60
A> {"stream_name":"S","config":{"rate_limit_bps":5,"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10086,"description":"consumer in pull mode can not have rate limit set"}}

== more backoff than deliveries #378~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 103
A> {"stream_name":"S","config":{"ack_policy":"explicit","max_deliver":1,"backoff":[1000,2000],"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10116,"description":"max deliver is required to be > length of backoff values"}}

== sampling that is none #382~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 59
A> {"stream_name":"S","config":{"sample_freq":"x","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10095,"description":"failed to parse consumer sampling configuration: strconv.Atoi: parsing \"x\": invalid syntax"}}

== a field of a consumer nobody knows #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 51
A> {"stream_name":"S","config":{"bogus":1,"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"bogus\""}}

== an ack policy that is none #375~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 62
A> {"stream_name":"S","config":{"ack_policy":"bogus","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10025,"description":"<string>"}}

== replicas of a consumer #390~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 58
A> {"stream_name":"S","config":{"num_replicas":3,"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10074,"description":"replicas > 1 not supported in non-clustered mode"}}

== what an update of a consumer may not change #395~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 65
A> {"stream_name":"S","config":{"ack_policy":"explicit","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"config":{"name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"inactive_threshold":5000000000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 60
A> {"stream_name":"S","config":{"ack_policy":"all","name":"D"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"ack policy can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 88
A> {"stream_name":"S","config":{"ack_policy":"explicit","deliver_policy":"new","name":"D"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"deliver policy can not be updated"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 87
A> {"stream_name":"S","config":{"ack_policy":"explicit","deliver_subject":"x","name":"D"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"can not update pull consumer to push based"}}

== a consumer that isn't there #373~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","error":{"code":404,"err_code":10014,"description":"consumer not found"}}
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","error":{"code":404,"err_code":10014,"description":"consumer not found"}}
A> PUB $JS.API.CONSUMER.PAUSE.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","error":{"code":404,"err_code":10014,"description":"consumer not found"}}

== max_consumers #325~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 49
A> {"subjects":["s.*"],"max_consumers":1,"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 65
A> {"stream_name":"S","config":{"ack_policy":"explicit","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"config":{"name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"inactive_threshold":5000000000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.2 65
A> {"stream_name":"S","config":{"ack_policy":"explicit","name":"F"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10026,"description":"maximum consumers limit reached"}}

== pulls that find nothing #397~ #398~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 65
A> {"stream_name":"S","config":{"ack_policy":"explicit","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"config":{"name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"inactive_threshold":5000000000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _I.2 26
A> {"batch":1,"no_wait":true}
A< HMSG _I.2 1 28 28
A< NATS/1.0 404 No Messages\r\n\r\n
A> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _I.3 30
A> {"batch":1,"expires":50000000}
A< HMSG _I.3 1 81 81
A< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 0\r\n\r\n

== pulls that can't be read #399~ #397~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 65
A> {"stream_name":"S","config":{"ack_policy":"explicit","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"config":{"name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"inactive_threshold":5000000000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _I.2 1
A> {
A< HMSG _I.2 1 59 59
A< NATS/1.0 400 Bad Request - unexpected end of JSON input\r\n\r\n
A> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _I.3 45
A> {"batch":1,"expires":100,"idle_heartbeat":90}
A< HMSG _I.3 1 56 56
A< NATS/1.0 400 Bad Request - heartbeat value too large\r\n\r\n

== pulls beyond the consumer's bounds #387 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 119
A> {"stream_name":"S","config":{"ack_policy":"explicit","max_batch":2,"max_expires":1000000000,"max_bytes":10,"name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"config":{"name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"max_batch":2,"max_expires":1000000000,"max_bytes":10,"inactive_threshold":5000000000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _I.2 1
A> 3
A< HMSG _I.2 1 46 46
A< NATS/1.0 409 Exceeded MaxRequestBatch of 2\r\n\r\n
A> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _I.3 32
A> {"batch":1,"expires":2000000000}
A< HMSG _I.3 1 49 49
A< NATS/1.0 409 Exceeded MaxRequestExpires of 1s\r\n\r\n
A> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _I.4 26
A> {"batch":1,"max_bytes":20}
A< HMSG _I.4 1 50 50
A< NATS/1.0 409 Exceeded MaxRequestMaxBytes of 10\r\n\r\n

== a pull of a push consumer #397~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 63
A> {"stream_name":"S","config":{"deliver_subject":"a","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"config":{"name":"D","deliver_policy":"all","ack_policy":"none","max_deliver":-1,"replay_policy":"instant","deliver_subject":"a","inactive_threshold":5000000000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _I.2 1
A> 1
A< HMSG _I.2 1 39 39
A< NATS/1.0 409 Consumer is push based\r\n\r\n

== numbers of a consumer #373~ #384~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 65
A> {"stream_name":"S","config":{"ack_policy":"explicit","name":"D"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"num_ack_pending":0,"num_waiting":0,"config":{"name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"inactive_threshold":5000000000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":0,"num_waiting":0,"config":{"name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"inactive_threshold":5000000000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.NAMES.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":1,"offset":0,"limit":1024,"consumers":["D"]}
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.5 2
A> {}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","success":true}

== a paused consumer says so #411~ #393~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 65
A> {"stream_name":"S","config":{"ack_policy":"explicit","name":"D"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"config":{"name":"D","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"inactive_threshold":5000000000,"num_replicas":0}}
A> PUB $JS.API.CONSUMER.PAUSE.S.D _I.2 38
A> {"pause_until":"2096-01-01T00:00:00Z"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","paused":true}
A> PUB $JS.API.CONSUMER.PAUSE.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","paused":false}

== what only clusters do #324~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.STREAM.LEADER.STEPDOWN.S _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_leader_stepdown_response","error":{"code":503,"err_code":10010,"description":"JetStream clustering support required"}}

== account info #440~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"subjects":["s.*"],"name":"S"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"name":"S","subjects":["s.*"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false}}
A> PUB $JS.API.INFO _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.account_info_response","streams":1}
