# JetStream: markers, times to live, counters, atomic and fast batches.

== delete markers bring times to live and roll-ups #342
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 88
A> {"name":"S","subjects":["s.*"],"subject_delete_marker_ttl":2000000000,"deny_purge":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"subject_delete_marker_ttl":2000000000,"metadata":{"_nats.req.level":"1"}}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 52
A> {"name":"S","subjects":["s.*"],"allow_msg_ttl":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":true,"metadata":{"_nats.req.level":"1"}}}
A> PUB $JS.API.STREAM.UPDATE.S _I.3 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"message TTL status can not be disabled"}}

== times of delete markers that can not be #342 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 50
A> {"name":"S","subject_delete_marker_ttl":500000000}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subject delete marker TTL must be at least 1 second"}}
A> PUB $JS.API.STREAM.CREATE.S _I.2 43
A> {"name":"S","subject_delete_marker_ttl":-1}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subject delete marker TTL must not be negative"}}
A> PUB $JS.API.STREAM.CREATE.S _I.3 67
A> {"name":"S","subject_delete_marker_ttl":1000000000,"pedantic":true}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subject delete marker cannot be set if message TTLs are disabled"}}
A> PUB $JS.API.STREAM.CREATE.S _I.4 88
A> {"name":"S","subject_delete_marker_ttl":1000000000,"pedantic":true,"allow_msg_ttl":true}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subject delete marker cannot be set if roll-ups are disabled"}}

== a subject that lost its last message to age is marked #342 #360
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 122
A> {"name":"S","subjects":["s.*"],"subject_delete_marker_ttl":60000000000,"max_age":1000000000,"duplicate_window":1000000000}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"subject_delete_marker_ttl":60000000000,"max_age":1000000000,"metadata":{"_nats.req.level":"1"}}}
A> PUB s.a _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> PUB s.a _I.3 1
A> 2
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
A> HPUB s.p _I.4 33 33
A> NATS/1.0\r\nKV-Operation: PURGE\r\n\r\n
A< MSG _I.4 1 22
A< {"stream":"S","seq":3}
A> HPUB s.m _I.5 40 40
A> NATS/1.0\r\nNats-Marker-Reason: Remove\r\n\r\n
A< MSG _I.5 1 22
A< {"stream":"S","seq":4}
wait 1600
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":1,"last_seq":5}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.7 22
A> {"last_by_subj":"s.a"}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.a","seq":5,"hdrs":"TkFUUy8xLjANCk5hdHMtTWFya2VyLVJlYXNvbjogTWF4QWdlDQpOYXRzLVRUTDogMW0wcw0KTmF0cy1Sb2xsdXA6IHN1Yg0KDQo="}}

== deleting and purging leave no marker #360
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 71
A> {"name":"S","subjects":["s.*"],"subject_delete_marker_ttl":60000000000}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"subject_delete_marker_ttl":60000000000,"metadata":{"_nats.req.level":"1"}}}
A> PUB s.a _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> PUB s.b _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.4 9
A> {"seq":1}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.PURGE.S _I.5 16
A> {"filter":"s.b"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":1}
wait 300
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":0,"last_seq":2}}

== a short time to live is raised to that of markers #359 #360
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 71
A> {"name":"S","subjects":["s.*"],"subject_delete_marker_ttl":60000000000}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"subject_delete_marker_ttl":60000000000,"metadata":{"_nats.req.level":"1"}}}
A> HPUB s.a _I.2 35 36
A> NATS/1.0\r\nNats-TTL: 1\r\nOther: y\r\n\r\nx
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.MSG.GET.S _I.3 9
A> {"seq":1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.a","seq":1,"hdrs":"TkFUUy8xLjANCk90aGVyOiB5DQpOYXRzLVRUTDogNjANCg0K","data":"eA=="}}
A> HPUB s.a _I.4 26 27
A> NATS/1.0\r\nNats-TTL: 2m\r\n\r\nx
A< MSG _I.4 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.MSG.GET.S _I.5 9
A> {"seq":2}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.a","seq":2,"hdrs":"TkFUUy8xLjANCk5hdHMtVFRMOiAybQ0KDQo=","data":"eA=="}}

== times to live that are none #359 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 52
A> {"name":"S","subjects":["s.*"],"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":true,"metadata":{"_nats.req.level":"1"}}}
A> HPUB s.a _I.2 25 26
A> NATS/1.0\r\nNats-TTL: 0\r\n\r\nx
A< MSG _I.2 1 100
A< {"error":{"code":400,"err_code":10165,"description":"invalid per-message TTL"},"stream":"S","seq":0}
A> HPUB s.a _I.3 26 27
A> NATS/1.0\r\nNats-TTL: -1\r\n\r\nx
A< MSG _I.3 1 100
A< {"error":{"code":400,"err_code":10165,"description":"invalid per-message TTL"},"stream":"S","seq":0}
A> HPUB s.a _I.4 29 30
A> NATS/1.0\r\nNats-TTL: 500ms\r\n\r\nx
A< MSG _I.4 1 100
A< {"error":{"code":400,"err_code":10165,"description":"invalid per-message TTL"},"stream":"S","seq":0}
A> HPUB s.a _I.5 28 29
A> NATS/1.0\r\nNats-TTL: soon\r\n\r\nx
A< MSG _I.5 1 100
A< {"error":{"code":400,"err_code":10165,"description":"invalid per-message TTL"},"stream":"S","seq":0}
A> HPUB s.a _I.6 30 31
A> NATS/1.0\r\nNats-TTL: 1500ms\r\n\r\nx
A< MSG _I.6 1 22
A< {"stream":"S","seq":1}
A> HPUB s.a _I.7 26 27
A> NATS/1.0\r\nNats-TTL: 1h\r\n\r\nx
A< MSG _I.7 1 22
A< {"stream":"S","seq":2}
A> HPUB s.a _I.8 29 30
A> NATS/1.0\r\nNats-TTL: Never\r\n\r\nx
A< MSG _I.8 1 22
A< {"stream":"S","seq":3}
A> HPUB s.a _I.9 35 36
A> NATS/1.0\r\nNats-TTL: 99999999999\r\n\r\nx
A< MSG _I.9 1 22
A< {"stream":"S","seq":4}

== what never expires outlives max_age #341 #359
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 103
A> {"name":"S","subjects":["s.*"],"allow_msg_ttl":true,"max_age":1000000000,"duplicate_window":1000000000}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":true,"max_age":1000000000,"metadata":{"_nats.req.level":"1"}}}
A> HPUB s.a _I.2 29 30
A> NATS/1.0\r\nNats-TTL: never\r\n\r\nx
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> HPUB s.b _I.3 26 27
A> NATS/1.0\r\nNats-TTL: 60\r\n\r\nx
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
A> PUB s.c _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"S","seq":3}
wait 1600
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":1,"first_seq":1,"last_seq":3}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.6 9
A> {"seq":1}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.a","seq":1,"hdrs":"TkFUUy8xLjANCk5hdHMtVFRMOiBuZXZlcg0KDQo=","data":"eA=="}}

== mirrors make no markers #342 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 73
A> {"name":"S","mirror":{"name":"O"},"subject_delete_marker_ttl":1000000000}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subject delete markers forbidden on mirrors"}}

== a counter adds up #344 #361~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 56
A> {"name":"S","subjects":["s.*"],"allow_msg_counter":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_msg_counter":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.a _I.2 26 26
A> NATS/1.0\r\nNats-Incr: 1\r\n\r\n
A< MSG _I.2 1 32
A< {"stream":"S","seq":1,"val":"1"}
A> HPUB s.a _I.3 27 27
A> NATS/1.0\r\nNats-Incr: +5\r\n\r\n
A< MSG _I.3 1 32
A< {"stream":"S","seq":2,"val":"6"}
A> HPUB s.a _I.4 27 27
A> NATS/1.0\r\nNats-Incr: -3\r\n\r\n
A< MSG _I.4 1 32
A< {"stream":"S","seq":3,"val":"3"}
A> HPUB s.a _I.5 28 28
A> NATS/1.0\r\nNats-Incr: 007\r\n\r\n
A< MSG _I.5 1 33
A< {"stream":"S","seq":4,"val":"10"}
A> HPUB s.a _I.6 26 26
A> NATS/1.0\r\nNats-Incr: 0\r\n\r\n
A< MSG _I.6 1 33
A< {"stream":"S","seq":5,"val":"10"}
A> HPUB s.a _I.7 85 85
A> NATS/1.0\r\nNats-Incr: 999999999999999999999999999999999999999999999999999999999999\r\n\r\n
A< MSG _I.7 1 92
A< {"stream":"S","seq":6,"val":"1000000000000000000000000000000000000000000000000000000000009"}
A> HPUB s.a _I.8 86 86
A> NATS/1.0\r\nNats-Incr: -999999999999999999999999999999999999999999999999999999999999\r\n\r\n
A< MSG _I.8 1 33
A< {"stream":"S","seq":7,"val":"10"}
A> HPUB s.b _I.9 26 26
A> NATS/1.0\r\nNats-Incr: 7\r\n\r\n
A< MSG _I.9 1 32
A< {"stream":"S","seq":8,"val":"7"}
A> PUB $JS.API.STREAM.MSG.GET.S _I.10 22
A> {"last_by_subj":"s.a"}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.a","seq":7,"hdrs":"TkFUUy8xLjANCk5hdHMtSW5jcjogLTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ0KDQo=","data":"eyJ2YWwiOiIxMCJ9"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.11 22
A> {"last_by_subj":"s.b"}
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.b","seq":8,"hdrs":"TkFUUy8xLjANCk5hdHMtSW5jcjogNw0KDQo=","data":"eyJ2YWwiOiI3In0="}}

== what is no count #361~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 56
A> {"name":"S","subjects":["s.*"],"allow_msg_counter":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_msg_counter":true,"metadata":{"_nats.req.level":"2"}}}
A> PUB s.a _I.2 0
A> 
A< MSG _I.2 1 113
A< {"error":{"code":400,"err_code":10169,"description":"message counter increment is missing"},"stream":"S","seq":0}
A> HPUB s.a _I.3 25 25
A> NATS/1.0\r\nNats-Incr: \r\n\r\n
A< MSG _I.3 1 113
A< {"error":{"code":400,"err_code":10169,"description":"message counter increment is missing"},"stream":"S","seq":0}
A> HPUB s.a _I.4 26 27
A> NATS/1.0\r\nNats-Incr: 1\r\n\r\nx
A< MSG _I.4 1 104
A< {"error":{"code":400,"err_code":10170,"description":"message counter has payload"},"stream":"S","seq":0}
A> HPUB s.a _I.5 28 28
A> NATS/1.0\r\nNats-Incr: 1.5\r\n\r\n
A< MSG _I.5 1 113
A< {"error":{"code":400,"err_code":10171,"description":"message counter increment is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.6 28 28
A> NATS/1.0\r\nNats-Incr: abc\r\n\r\n
A< MSG _I.6 1 113
A< {"error":{"code":400,"err_code":10171,"description":"message counter increment is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.7 26 26
A> NATS/1.0\r\nNats-Incr: +\r\n\r\n
A< MSG _I.7 1 113
A< {"error":{"code":400,"err_code":10171,"description":"message counter increment is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.8 29 29
A> NATS/1.0\r\nNats-Incr: 0x10\r\n\r\n
A< MSG _I.8 1 113
A< {"error":{"code":400,"err_code":10171,"description":"message counter increment is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.9 44 44
A> NATS/1.0\r\nNats-Incr: 1\r\nNats-Rollup: sub\r\n\r\n
A< MSG _I.9 1 113
A< {"error":{"code":400,"err_code":10171,"description":"message counter increment is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.10 51 51
A> NATS/1.0\r\nNats-Incr: 1\r\nNats-Expected-Stream: S\r\n\r\n
A< MSG _I.10 1 113
A< {"error":{"code":400,"err_code":10171,"description":"message counter increment is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.11 58 58
A> NATS/1.0\r\nNats-Incr: 1\r\nNats-Expected-Last-Sequence: 0\r\n\r\n
A< MSG _I.11 1 113
A< {"error":{"code":400,"err_code":10171,"description":"message counter increment is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.12 66 66
A> NATS/1.0\r\nNats-Incr: 1\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\n
A< MSG _I.12 1 113
A< {"error":{"code":400,"err_code":10171,"description":"message counter increment is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.13 56 56
A> NATS/1.0\r\nNats-Incr: 1\r\nNats-Expected-Last-Msg-Id: a\r\n\r\n
A< MSG _I.13 1 113
A< {"error":{"code":400,"err_code":10171,"description":"message counter increment is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.14 39 39
A> NATS/1.0\r\nNats-Incr: 1\r\nNats-TTL: 5\r\n\r\n
A< MSG _I.14 1 104
A< {"error":{"code":400,"err_code":10166,"description":"per-message TTL is disabled"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.CREATE.P _I.15 12
A> {"name":"P"}
A< MSG _I.15 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"P","deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"metadata":{"_nats.req.level":"0"}}}
A> HPUB P _I.16 26 26
A> NATS/1.0\r\nNats-Incr: 1\r\n\r\n
A< MSG _I.16 1 105
A< {"error":{"code":400,"err_code":10168,"description":"message counters is disabled"},"stream":"P","seq":0}
A> HPUB P _I.17 28 28
A> NATS/1.0\r\nNats-Incr: bad\r\n\r\n
A< MSG _I.17 1 113
A< {"error":{"code":400,"err_code":10171,"description":"message counter increment is invalid"},"stream":"P","seq":0}

== counts are not repeated #361~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 56
A> {"name":"S","subjects":["s.*"],"allow_msg_counter":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_msg_counter":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.a _I.2 42 42
A> NATS/1.0\r\nNats-Incr: 1\r\nNats-Msg-Id: m\r\n\r\n
A< MSG _I.2 1 32
A< {"stream":"S","seq":1,"val":"1"}
A> HPUB s.a _I.3 42 42
A> NATS/1.0\r\nNats-Incr: 1\r\nNats-Msg-Id: m\r\n\r\n
A< MSG _I.3 1 40
A< {"stream":"S","seq":1,"duplicate": true}
A> HPUB s.a _I.4 26 26
A> NATS/1.0\r\nNats-Incr: 1\r\n\r\n
A< MSG _I.4 1 32
A< {"stream":"S","seq":2,"val":"2"}
A> PUB $JS.API.STREAM.PURGE.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> HPUB s.a _I.6 26 26
A> NATS/1.0\r\nNats-Incr: 1\r\n\r\n
A< MSG _I.6 1 32
A< {"stream":"S","seq":3,"val":"1"}

== what counters do not go with #344 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 53
A> {"name":"S","allow_msg_counter":true,"discard":"new"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"counter stream cannot use discard new"}}
A> PUB $JS.API.STREAM.CREATE.S _I.2 60
A> {"name":"S","allow_msg_counter":true,"retention":"interest"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"counter stream can only use limits retention"}}
A> PUB $JS.API.STREAM.CREATE.S _I.3 58
A> {"name":"S","allow_msg_counter":true,"allow_msg_ttl":true}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"counter stream cannot use message TTLs"}}
A> PUB $JS.API.STREAM.CREATE.S _I.4 59
A> {"name":"S","allow_msg_counter":true,"mirror":{"name":"O"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10173,"description":"stream mirrors can not also calculate counters"}}
A> PUB $JS.API.STREAM.CREATE.S _I.5 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"metadata":{"_nats.req.level":"0"}}}
A> PUB $JS.API.STREAM.UPDATE.S _I.6 56
A> {"name":"S","subjects":["s.*"],"allow_msg_counter":true}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"stream configuration update can not change message counter setting"}}

== counters of several streams #361~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.A _I.1 56
A> {"name":"A","subjects":["a.*"],"allow_msg_counter":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"A","subjects":["a.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_msg_counter":true,"metadata":{"_nats.req.level":"2"}}}
A> PUB $JS.API.STREAM.CREATE.B _I.2 56
A> {"name":"B","subjects":["b.*"],"allow_msg_counter":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"B","subjects":["b.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_msg_counter":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB a.x _I.3 26 26
A> NATS/1.0\r\nNats-Incr: 2\r\n\r\n
A< MSG _I.3 1 32
A< {"stream":"A","seq":1,"val":"2"}
A> HPUB b.x _I.4 27 27
A> NATS/1.0\r\nNats-Incr: 40\r\n\r\n
A< MSG _I.4 1 33
A< {"stream":"B","seq":1,"val":"40"}
A> PUB $JS.API.STREAM.CREATE.T _I.5 177
A> {"name":"T","allow_msg_counter":true,"sources":[{"name":"A","subject_transforms":[{"src":"a.*","dest":"t.$1"}]},{"name":"B","subject_transforms":[{"src":"b.*","dest":"t.$1"}]}]}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"T","sources":[{"name":"A","subject_transforms":[{"src":"a.*","dest":"t.$1"}]},{"name":"B","subject_transforms":[{"src":"b.*","dest":"t.$1"}]}],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_msg_counter":true,"metadata":{"_nats.req.level":"2"}}}
wait 500
A> PUB $JS.API.STREAM.INFO.T _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":2}}
A> PUB $JS.API.STREAM.MSG.GET.T _I.7 22
A> {"last_by_subj":"t.x"}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"t.x","seq":2,"data":"eyJ2YWwiOiI0MiJ9"}}

== an atomic batch #343 #362~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 51
A> {"name":"S","subjects":["s.*"],"allow_atomic":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_atomic":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.1 _I.2 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 1\r\n\r\n1
A< MSG _I.2 1 0
A< 
A> HPUB s.2 _I.3 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 2\r\n\r\n2
A< MSG _I.3 1 0
A< 
A> PUB $JS.API.STREAM.INFO.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":0}}
A> HPUB s.3 _I.5 76 77
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 3\r\nNats-Batch-Commit: 1\r\n\r\n3
A< MSG _I.5 1 44
A< {"stream":"S","seq":3,"batch":"u","count":3}
A> PUB $JS.API.STREAM.MSG.GET.S _I.6 9
A> {"seq":1}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":1,"hdrs":"TkFUUy8xLjANCk5hdHMtQmF0Y2gtSWQ6IHUNCk5hdHMtQmF0Y2gtU2VxdWVuY2U6IDENCg0K","data":"MQ=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.7 9
A> {"seq":3}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.3","seq":3,"hdrs":"TkFUUy8xLjANCk5hdHMtQmF0Y2gtSWQ6IHUNCk5hdHMtQmF0Y2gtU2VxdWVuY2U6IDMNCk5hdHMtQmF0Y2gtQ29tbWl0OiAxDQoNCg==","data":"Mw=="}}

== a batch of one, and one ended by eob #362~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 51
A> {"name":"S","subjects":["s.*"],"allow_atomic":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_atomic":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.1 _I.2 76 77
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 1\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.2 1 44
A< {"stream":"S","seq":1,"batch":"u","count":1}
A> HPUB s.1 _I.3 54 55
A> NATS/1.0\r\nNats-Batch-Id: v\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.3 1 0
A< 
A> HPUB s.1 _I.4 78 80
A> NATS/1.0\r\nNats-Batch-Id: v\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: eob\r\n\r\nno
A< MSG _I.4 1 44
A< {"stream":"S","seq":2,"batch":"v","count":1}
A> PUB $JS.API.STREAM.MSG.GET.S _I.5 9
A> {"seq":2}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":2,"hdrs":"TkFUUy8xLjANCk5hdHMtQmF0Y2gtSWQ6IHYNCk5hdHMtQmF0Y2gtU2VxdWVuY2U6IDENCk5hdHMtQmF0Y2gtQ29tbWl0OiAxDQoNCg==","data":"eA=="}}
A> HPUB s.1 _I.6 78 79
A> NATS/1.0\r\nNats-Batch-Id: w\r\nNats-Batch-Sequence: 1\r\nNats-Batch-Commit: eob\r\n\r\nx
A< MSG _I.6 1 111
A< {"error":{"code":400,"err_code":10176,"description":"atomic publish batch is incomplete"},"stream":"S","seq":0}

== what is no part of a batch #362~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 51
A> {"name":"S","subjects":["s.*"],"allow_atomic":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_atomic":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.1 _I.2 30 31
A> NATS/1.0\r\nNats-Batch-Id: u\r\n\r\nx
A< MSG _I.2 1 111
A< {"error":{"code":400,"err_code":10175,"description":"atomic publish sequence is missing"},"stream":"S","seq":0}
A> HPUB s.1 _I.3 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: x\r\n\r\nx
A< MSG _I.3 1 111
A< {"error":{"code":400,"err_code":10175,"description":"atomic publish sequence is missing"},"stream":"S","seq":0}
A> HPUB s.1 _I.4 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 0\r\n\r\nx
A< MSG _I.4 1 111
A< {"error":{"code":400,"err_code":10176,"description":"atomic publish batch is incomplete"},"stream":"S","seq":0}
A> HPUB s.1 _I.5 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 2\r\n\r\nx
A< MSG _I.5 1 111
A< {"error":{"code":400,"err_code":10176,"description":"atomic publish batch is incomplete"},"stream":"S","seq":0}
A> HPUB s.1 _I.6 118 119
A> NATS/1.0\r\nNats-Batch-Id: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.6 1 111
A< {"error":{"code":400,"err_code":10179,"description":"atomic publish batch ID is invalid"},"stream":"S","seq":0}
A> HPUB s.1 _I.7 76 77
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 1\r\nNats-Batch-Commit: 2\r\n\r\nx
A< MSG _I.7 1 115
A< {"error":{"code":400,"err_code":10200,"description":"atomic publish batch commit is invalid"},"stream":"S","seq":0}
A> HPUB s.1 _I.8 83 84
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 1\r\nNats-Required-Api-Level: 99\r\n\r\nx
A< MSG _I.8 1 113
A< {"error":{"code":412,"err_code":10185,"description":"JetStream minimum api level required"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.CREATE.P _I.9 12
A> {"name":"P"}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"P","deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"metadata":{"_nats.req.level":"0"}}}
A> HPUB P _I.10 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.10 1 103
A< {"error":{"code":400,"err_code":10174,"description":"atomic publish is disabled"},"stream":"P","seq":0}

== a gap ends a batch #362~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 51
A> {"name":"S","subjects":["s.*"],"allow_atomic":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_atomic":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.1 _I.2 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.2 1 0
A< 
A> HPUB s.1 _I.3 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 3\r\n\r\nx
A< MSG _I.3 1 111
A< {"error":{"code":400,"err_code":10176,"description":"atomic publish batch is incomplete"},"stream":"S","seq":0}
A> HPUB s.1 _I.4 76 77
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.4 1 111
A< {"error":{"code":400,"err_code":10176,"description":"atomic publish batch is incomplete"},"stream":"S","seq":0}
A> HPUB s.1 _I.5 54 55
A> NATS/1.0\r\nNats-Batch-Id: v\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.5 1 0
A< 
A> HPUB s.1 _I.6 54 55
A> NATS/1.0\r\nNats-Batch-Id: v\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.6 1 111
A< {"error":{"code":400,"err_code":10176,"description":"atomic publish batch is incomplete"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.INFO.S _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":0}}

== more batches than a stream takes #362~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 51
A> {"name":"S","subjects":["s.*"],"allow_atomic":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_atomic":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.1 _I.2 55 56
A> NATS/1.0\r\nNats-Batch-Id: b0\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.2 1 0
A< 
A> HPUB s.1 _I.3 55 56
A> NATS/1.0\r\nNats-Batch-Id: b1\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.3 1 0
A< 
A> HPUB s.1 _I.4 55 56
A> NATS/1.0\r\nNats-Batch-Id: b2\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.4 1 0
A< 
A> HPUB s.1 _I.5 55 56
A> NATS/1.0\r\nNats-Batch-Id: b3\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.5 1 0
A< 
A> HPUB s.1 _I.6 55 56
A> NATS/1.0\r\nNats-Batch-Id: b4\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.6 1 0
A< 
A> HPUB s.1 _I.7 55 56
A> NATS/1.0\r\nNats-Batch-Id: b5\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.7 1 0
A< 
A> HPUB s.1 _I.8 55 56
A> NATS/1.0\r\nNats-Batch-Id: b6\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.8 1 0
A< 
A> HPUB s.1 _I.9 55 56
A> NATS/1.0\r\nNats-Batch-Id: b7\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.9 1 0
A< 
A> HPUB s.1 _I.10 55 56
A> NATS/1.0\r\nNats-Batch-Id: b8\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.10 1 0
A< 
A> HPUB s.1 _I.11 55 56
A> NATS/1.0\r\nNats-Batch-Id: b9\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.11 1 0
A< 
A> HPUB s.1 _I.12 56 57
A> NATS/1.0\r\nNats-Batch-Id: b10\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.12 1 0
A< 
A> HPUB s.1 _I.13 56 57
A> NATS/1.0\r\nNats-Batch-Id: b11\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.13 1 0
A< 
A> HPUB s.1 _I.14 56 57
A> NATS/1.0\r\nNats-Batch-Id: b12\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.14 1 0
A< 
A> HPUB s.1 _I.15 56 57
A> NATS/1.0\r\nNats-Batch-Id: b13\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.15 1 0
A< 
A> HPUB s.1 _I.16 56 57
A> NATS/1.0\r\nNats-Batch-Id: b14\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.16 1 0
A< 
A> HPUB s.1 _I.17 56 57
A> NATS/1.0\r\nNats-Batch-Id: b15\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.17 1 0
A< 
A> HPUB s.1 _I.18 56 57
A> NATS/1.0\r\nNats-Batch-Id: b16\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.18 1 0
A< 
A> HPUB s.1 _I.19 56 57
A> NATS/1.0\r\nNats-Batch-Id: b17\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.19 1 0
A< 
A> HPUB s.1 _I.20 56 57
A> NATS/1.0\r\nNats-Batch-Id: b18\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.20 1 0
A< 
A> HPUB s.1 _I.21 56 57
A> NATS/1.0\r\nNats-Batch-Id: b19\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.21 1 0
A< 
A> HPUB s.1 _I.22 56 57
A> NATS/1.0\r\nNats-Batch-Id: b20\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.22 1 0
A< 
A> HPUB s.1 _I.23 56 57
A> NATS/1.0\r\nNats-Batch-Id: b21\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.23 1 0
A< 
A> HPUB s.1 _I.24 56 57
A> NATS/1.0\r\nNats-Batch-Id: b22\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.24 1 0
A< 
A> HPUB s.1 _I.25 56 57
A> NATS/1.0\r\nNats-Batch-Id: b23\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.25 1 0
A< 
A> HPUB s.1 _I.26 56 57
A> NATS/1.0\r\nNats-Batch-Id: b24\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.26 1 0
A< 
A> HPUB s.1 _I.27 56 57
A> NATS/1.0\r\nNats-Batch-Id: b25\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.27 1 0
A< 
A> HPUB s.1 _I.28 56 57
A> NATS/1.0\r\nNats-Batch-Id: b26\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.28 1 0
A< 
A> HPUB s.1 _I.29 56 57
A> NATS/1.0\r\nNats-Batch-Id: b27\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.29 1 0
A< 
A> HPUB s.1 _I.30 56 57
A> NATS/1.0\r\nNats-Batch-Id: b28\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.30 1 0
A< 
A> HPUB s.1 _I.31 56 57
A> NATS/1.0\r\nNats-Batch-Id: b29\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.31 1 0
A< 
A> HPUB s.1 _I.32 56 57
A> NATS/1.0\r\nNats-Batch-Id: b30\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.32 1 0
A< 
A> HPUB s.1 _I.33 56 57
A> NATS/1.0\r\nNats-Batch-Id: b31\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.33 1 0
A< 
A> HPUB s.1 _I.34 56 57
A> NATS/1.0\r\nNats-Batch-Id: b32\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.34 1 0
A< 
A> HPUB s.1 _I.35 56 57
A> NATS/1.0\r\nNats-Batch-Id: b33\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.35 1 0
A< 
A> HPUB s.1 _I.36 56 57
A> NATS/1.0\r\nNats-Batch-Id: b34\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.36 1 0
A< 
A> HPUB s.1 _I.37 56 57
A> NATS/1.0\r\nNats-Batch-Id: b35\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.37 1 0
A< 
A> HPUB s.1 _I.38 56 57
A> NATS/1.0\r\nNats-Batch-Id: b36\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.38 1 0
A< 
A> HPUB s.1 _I.39 56 57
A> NATS/1.0\r\nNats-Batch-Id: b37\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.39 1 0
A< 
A> HPUB s.1 _I.40 56 57
A> NATS/1.0\r\nNats-Batch-Id: b38\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.40 1 0
A< 
A> HPUB s.1 _I.41 56 57
A> NATS/1.0\r\nNats-Batch-Id: b39\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.41 1 0
A< 
A> HPUB s.1 _I.42 56 57
A> NATS/1.0\r\nNats-Batch-Id: b40\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.42 1 0
A< 
A> HPUB s.1 _I.43 56 57
A> NATS/1.0\r\nNats-Batch-Id: b41\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.43 1 0
A< 
A> HPUB s.1 _I.44 56 57
A> NATS/1.0\r\nNats-Batch-Id: b42\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.44 1 0
A< 
A> HPUB s.1 _I.45 56 57
A> NATS/1.0\r\nNats-Batch-Id: b43\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.45 1 0
A< 
A> HPUB s.1 _I.46 56 57
A> NATS/1.0\r\nNats-Batch-Id: b44\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.46 1 0
A< 
A> HPUB s.1 _I.47 56 57
A> NATS/1.0\r\nNats-Batch-Id: b45\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.47 1 0
A< 
A> HPUB s.1 _I.48 56 57
A> NATS/1.0\r\nNats-Batch-Id: b46\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.48 1 0
A< 
A> HPUB s.1 _I.49 56 57
A> NATS/1.0\r\nNats-Batch-Id: b47\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.49 1 0
A< 
A> HPUB s.1 _I.50 56 57
A> NATS/1.0\r\nNats-Batch-Id: b48\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.50 1 0
A< 
A> HPUB s.1 _I.51 56 57
A> NATS/1.0\r\nNats-Batch-Id: b49\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.51 1 0
A< 
A> HPUB s.1 _I.52 79 80
A> NATS/1.0\r\nNats-Batch-Id: more\r\nNats-Batch-Sequence: 1\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.52 1 109
A< {"error":{"code":429,"err_code":10210,"description":"atomic publish too many inflight"},"stream":"S","seq":0}
A> HPUB s.1 _I.53 77 78
A> NATS/1.0\r\nNats-Batch-Id: b0\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.53 1 45
A< {"stream":"S","seq":2,"batch":"b0","count":2}
A> HPUB s.1 _I.54 79 80
A> NATS/1.0\r\nNats-Batch-Id: more\r\nNats-Batch-Sequence: 1\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.54 1 47
A< {"stream":"S","seq":3,"batch":"more","count":1}

== checks that stop a batch #362~ #352~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 51
A> {"name":"S","subjects":["s.*"],"allow_atomic":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_atomic":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.1 _I.2 32 33
A> NATS/1.0\r\nNats-Msg-Id: known\r\n\r\nx
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> HPUB s.1 _I.3 85 86
A> NATS/1.0\r\nNats-Batch-Id: u1\r\nNats-Batch-Sequence: 1\r\nNats-Expected-Last-Msg-Id: q\r\n\r\nx
A< MSG _I.3 1 0
A< 
A> HPUB s.1 _I.4 77 78
A> NATS/1.0\r\nNats-Batch-Id: u1\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.4 1 142
A< {"error":{"code":400,"err_code":10177,"description":"atomic publish unsupported header used: Nats-Expected-Last-Msg-Id"},"stream":"S","seq":0}
A> HPUB s.1 _I.5 71 72
A> NATS/1.0\r\nNats-Batch-Id: u2\r\nNats-Batch-Sequence: 1\r\nNats-Msg-Id: m\r\n\r\nx
A< MSG _I.5 1 0
A< 
A> HPUB s.1 _I.6 93 94
A> NATS/1.0\r\nNats-Batch-Id: u2\r\nNats-Batch-Sequence: 2\r\nNats-Msg-Id: m\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.6 1 127
A< {"error":{"code":400,"err_code":10201,"description":"atomic publish batch contains duplicate message id"},"stream":"S","seq":0}
A> HPUB s.1 _I.7 75 76
A> NATS/1.0\r\nNats-Batch-Id: u3\r\nNats-Batch-Sequence: 1\r\nNats-Msg-Id: known\r\n\r\nx
A< MSG _I.7 1 0
A< 
A> HPUB s.1 _I.8 77 78
A> NATS/1.0\r\nNats-Batch-Id: u3\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.8 1 127
A< {"error":{"code":400,"err_code":10201,"description":"atomic publish batch contains duplicate message id"},"stream":"S","seq":0}
A> HPUB s.1 _I.9 80 81
A> NATS/1.0\r\nNats-Batch-Id: u4\r\nNats-Batch-Sequence: 1\r\nNats-Expected-Stream: X\r\n\r\nx
A< MSG _I.9 1 0
A< 
A> HPUB s.1 _I.10 77 78
A> NATS/1.0\r\nNats-Batch-Id: u4\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.10 1 107
A< {"error":{"code":400,"err_code":10060,"description":"expected stream does not match"},"stream":"S","seq":0}
A> HPUB s.1 _I.11 87 88
A> NATS/1.0\r\nNats-Batch-Id: u5\r\nNats-Batch-Sequence: 1\r\nNats-Expected-Last-Sequence: 9\r\n\r\nx
A< MSG _I.11 1 0
A< 
A> HPUB s.1 _I.12 77 78
A> NATS/1.0\r\nNats-Batch-Id: u5\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.12 1 99
A< {"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 1"},"stream":"S","seq":0}
A> HPUB s.1 _I.13 55 56
A> NATS/1.0\r\nNats-Batch-Id: u6\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.13 1 0
A< 
A> HPUB s.1 _I.14 109 110
A> NATS/1.0\r\nNats-Batch-Id: u6\r\nNats-Batch-Sequence: 2\r\nNats-Expected-Last-Sequence: 9\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.14 1 99
A< {"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 2"},"stream":"S","seq":0}
A> HPUB s.1 _I.15 55 56
A> NATS/1.0\r\nNats-Batch-Id: u7\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.15 1 0
A< 
A> HPUB s.1 _I.16 109 110
A> NATS/1.0\r\nNats-Batch-Id: u7\r\nNats-Batch-Sequence: 2\r\nNats-Expected-Last-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.16 1 96
A< {"error":{"code":400,"err_code":10164,"description":"wrong last sequence"},"stream":"S","seq":0}
A> HPUB s.1 _I.17 55 56
A> NATS/1.0\r\nNats-Batch-Id: u8\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.17 1 0
A< 
A> HPUB s.1 _I.18 117 118
A> NATS/1.0\r\nNats-Batch-Id: u8\r\nNats-Batch-Sequence: 2\r\nNats-Expected-Last-Subject-Sequence: 1\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.18 1 96
A< {"error":{"code":400,"err_code":10164,"description":"wrong last sequence"},"stream":"S","seq":0}
A> HPUB s.1 _I.19 68 69
A> NATS/1.0\r\nNats-Batch-Id: u9\r\nNats-Batch-Sequence: 1\r\nNats-TTL: 5\r\n\r\nx
A< MSG _I.19 1 0
A< 
A> HPUB s.1 _I.20 77 78
A> NATS/1.0\r\nNats-Batch-Id: u9\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.20 1 104
A< {"error":{"code":400,"err_code":10166,"description":"per-message TTL is disabled"},"stream":"S","seq":0}
A> HPUB s.1 _I.21 74 75
A> NATS/1.0\r\nNats-Batch-Id: u10\r\nNats-Batch-Sequence: 1\r\nNats-Rollup: sub\r\n\r\nx
A< MSG _I.21 1 0
A< 
A> HPUB s.1 _I.22 78 79
A> NATS/1.0\r\nNats-Batch-Id: u10\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.22 1 97
A< {"error":{"code":500,"err_code":10111,"description":"rollup not permitted"},"stream":"S","seq":0}
A> HPUB s.1 _I.23 70 70
A> NATS/1.0\r\nNats-Batch-Id: u11\r\nNats-Batch-Sequence: 1\r\nNats-Incr: 1\r\n\r\n
A< MSG _I.23 1 0
A< 
A> HPUB s.1 _I.24 78 79
A> NATS/1.0\r\nNats-Batch-Id: u11\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.24 1 105
A< {"error":{"code":400,"err_code":10168,"description":"message counters is disabled"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.INFO.S _I.25 0
A> 
A< MSG _I.25 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":1}}

== expectations of a batch that hold #362~ #352~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 51
A> {"name":"S","subjects":["s.*"],"allow_atomic":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_atomic":true,"metadata":{"_nats.req.level":"2"}}}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> HPUB s.8 _I.3 144 145
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 1\r\nNats-Expected-Last-Subject-Sequence: 1\r\nNats-Expected-Last-Subject-Sequence-Subject: s.1\r\n\r\nx
A< MSG _I.3 1 0
A< 
A> HPUB s.9 _I.4 166 167
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 2\r\nNats-Expected-Last-Subject-Sequence: 1\r\nNats-Expected-Last-Subject-Sequence-Subject: s.1\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.4 1 44
A< {"stream":"S","seq":3,"batch":"u","count":2}
A> HPUB s.1 _I.5 86 87
A> NATS/1.0\r\nNats-Batch-Id: v\r\nNats-Batch-Sequence: 1\r\nNats-Expected-Last-Sequence: 3\r\n\r\nx
A< MSG _I.5 1 0
A< 
A> HPUB s.1 _I.6 76 77
A> NATS/1.0\r\nNats-Batch-Id: v\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.6 1 44
A< {"stream":"S","seq":5,"batch":"v","count":2}

== limits hold for a whole batch #362~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 80
A> {"name":"S","subjects":["s.*"],"allow_atomic":true,"discard":"new","max_msgs":3}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"discard":"new","deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_atomic":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.1 _I.2 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.2 1 0
A< 
A> HPUB s.1 _I.3 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 2\r\n\r\nx
A< MSG _I.3 1 0
A< 
A> HPUB s.1 _I.4 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 3\r\n\r\nx
A< MSG _I.4 1 0
A< 
A> HPUB s.1 _I.5 76 77
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 4\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.5 1 102
A< {"error":{"code":503,"err_code":10077,"description":"maximum messages exceeded"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":0}}
A> HPUB s.1 _I.7 54 55
A> NATS/1.0\r\nNats-Batch-Id: v\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.7 1 0
A< 
A> HPUB s.1 _I.8 76 77
A> NATS/1.0\r\nNats-Batch-Id: v\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.8 1 44
A< {"stream":"S","seq":2,"batch":"v","count":2}

== counters in a batch #361~ #362~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 76
A> {"name":"S","subjects":["s.*"],"allow_atomic":true,"allow_msg_counter":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_msg_counter":true,"allow_atomic":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.1 _I.2 68 68
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 1\r\nNats-Incr: 1\r\n\r\n
A< MSG _I.2 1 0
A< 
A> HPUB s.1 _I.3 90 90
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 2\r\nNats-Incr: 2\r\nNats-Batch-Commit: 1\r\n\r\n
A< MSG _I.3 1 44
A< {"stream":"S","seq":2,"batch":"u","count":2}
A> PUB $JS.API.STREAM.MSG.GET.S _I.4 9
A> {"seq":2}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":2,"hdrs":"TkFUUy8xLjANCk5hdHMtQmF0Y2gtSWQ6IHUNCk5hdHMtQmF0Y2gtU2VxdWVuY2U6IDINCk5hdHMtSW5jcjogMg0KTmF0cy1CYXRjaC1Db21taXQ6IDENCg0K","data":"eyJ2YWwiOiIzIn0="}}

== roll-ups in a batch #362~ #353~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 76
A> {"name":"S","subjects":["s.*"],"allow_atomic":true,"allow_rollup_hdrs":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":false,"allow_atomic":true,"metadata":{"_nats.req.level":"2"}}}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> PUB s.2 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
A> HPUB s.1 _I.4 72 73
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 1\r\nNats-Rollup: sub\r\n\r\nx
A< MSG _I.4 1 0
A< 
A> HPUB s.1 _I.5 76 77
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.5 1 44
A< {"stream":"S","seq":4,"batch":"u","count":2}
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":3,"first_seq":2,"last_seq":4}}
A> HPUB s.1 _I.7 54 55
A> NATS/1.0\r\nNats-Batch-Id: v\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.7 1 0
A< 
A> HPUB s.1 _I.8 94 95
A> NATS/1.0\r\nNats-Batch-Id: v\r\nNats-Batch-Sequence: 2\r\nNats-Rollup: sub\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.8 1 101
A< {"error":{"code":500,"err_code":10111,"description":"batch rollup sub invalid"},"stream":"S","seq":0}
A> HPUB s.2 _I.9 54 55
A> NATS/1.0\r\nNats-Batch-Id: w\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.9 1 0
A< 
A> HPUB s.1 _I.10 94 95
A> NATS/1.0\r\nNats-Batch-Id: w\r\nNats-Batch-Sequence: 2\r\nNats-Rollup: all\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.10 1 101
A< {"error":{"code":500,"err_code":10111,"description":"batch rollup all invalid"},"stream":"S","seq":0}

== what atomic batches do not go with #343 @error
conf:
  jetstream { store_dir: "<dir>/js" }
file only: persist_mode
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 54
A> {"name":"S","allow_atomic":true,"mirror":{"name":"O"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10198,"description":"stream mirrors can not also use atomic publishing"}}
A> PUB $JS.API.STREAM.CREATE.S _I.2 55
A> {"name":"S","allow_atomic":true,"persist_mode":"async"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"async persist mode is not supported with atomic batch publish"}}

== a batch in flight does not survive the server #362~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 51
A> {"name":"S","subjects":["s.*"],"allow_atomic":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_atomic":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.1 _I.2 54 55
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 1\r\n\r\nx
A< MSG _I.2 1 0
A< 
restart
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> HPUB s.1 _I.3 76 77
A> NATS/1.0\r\nNats-Batch-Id: u\r\nNats-Batch-Sequence: 2\r\nNats-Batch-Commit: 1\r\n\r\nx
A< MSG _I.3 1 111
A< {"error":{"code":400,"err_code":10176,"description":"atomic publish batch is incomplete"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.INFO.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":0}}

== a fast batch #347 #363~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 52
A> {"name":"S","subjects":["s.*"],"allow_batched":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_batched":true,"metadata":{"_nats.req.level":"4"}}}
A> PUB s.1 _I.f.u.4.ok.1.0.$FI 1
A> x
A< MSG _I.f.u.4.ok.1.0.$FI 1 31
A< {"type":"ack","seq":0,"msgs":4}
A> PUB s.1 _I.f.u.4.ok.2.1.$FI 1
A> x
A> PUB s.1 _I.f.u.4.ok.3.1.$FI 1
A> x
A> PUB s.1 _I.f.u.4.ok.4.1.$FI 1
A> x
A< MSG _I.f.u.4.ok.4.1.$FI 1 31
A< {"type":"ack","seq":4,"msgs":4}
A> PUB s.1 _I.f.u.4.ok.5.1.$FI 1
A> x
A> PUB s.1 _I.f.u.4.ok.6.1.$FI 1
A> x
A> PUB s.1 _I.f.u.4.ok.7.1.$FI 1
A> x
A> PUB s.1 _I.f.u.4.ok.8.1.$FI 1
A> x
A< MSG _I.f.u.4.ok.8.1.$FI 1 31
A< {"type":"ack","seq":8,"msgs":4}
A> PUB s.1 _I.f.u.4.ok.9.1.$FI 1
A> x
A> PUB s.1 _I.f.u.4.ok.10.2.$FI 1
A> x
A< MSG _I.f.u.4.ok.10.2.$FI 1 46
A< {"stream":"S","seq":10,"batch":"u","count":10}
A> PUB $JS.API.STREAM.INFO.S _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":10}}

== fast batches that end without a message, or with their first #363~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 52
A> {"name":"S","subjects":["s.*"],"allow_batched":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_batched":true,"metadata":{"_nats.req.level":"4"}}}
A> PUB s.1 _I.f.u.4.fail.1.0.$FI 1
A> x
A< MSG _I.f.u.4.fail.1.0.$FI 1 31
A< {"type":"ack","seq":0,"msgs":4}
A> PUB s.1 _I.f.u.4.fail.2.3.$FI 1
A> x
A< MSG _I.f.u.4.fail.2.3.$FI 1 44
A< {"stream":"S","seq":1,"batch":"u","count":1}
A> PUB s.1 _I.f.v.4.fail.1.2.$FI 1
A> x
A< MSG _I.f.v.4.fail.1.2.$FI 1 44
A< {"stream":"S","seq":2,"batch":"v","count":1}

== gaps in fast batches #363~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 52
A> {"name":"S","subjects":["s.*"],"allow_batched":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_batched":true,"metadata":{"_nats.req.level":"4"}}}
A> PUB s.1 _I.f.u.2.ok.1.0.$FI 1
A> x
A< MSG _I.f.u.2.ok.1.0.$FI 1 31
A< {"type":"ack","seq":0,"msgs":2}
A> PUB s.1 _I.f.u.2.ok.2.1.$FI 1
A> x
A< MSG _I.f.u.2.ok.2.1.$FI 1 31
A< {"type":"ack","seq":2,"msgs":2}
A> PUB s.1 _I.f.u.2.ok.5.1.$FI 1
A> x
A< MSG _I.f.u.2.ok.5.1.$FI 1 35
A< {"type":"gap","last_seq":3,"seq":5}
A< MSG _I.f.u.2.ok.5.1.$FI 1 31
A< {"type":"ack","seq":4,"msgs":2}
A> PUB s.1 _I.f.u.2.ok.6.1.$FI 1
A> x
A< MSG _I.f.u.2.ok.6.1.$FI 1 31
A< {"type":"ack","seq":6,"msgs":2}
A> PUB s.1 _I.f.u.2.ok.9.2.$FI 1
A> x
A< MSG _I.f.u.2.ok.9.2.$FI 1 35
A< {"type":"gap","last_seq":7,"seq":9}
A< MSG _I.f.u.2.ok.9.2.$FI 1 44
A< {"stream":"S","seq":5,"batch":"u","count":9}
A> PUB s.1 _I.f.v.2.fail.1.0.$FI 1
A> x
A< MSG _I.f.v.2.fail.1.0.$FI 1 31
A< {"type":"ack","seq":0,"msgs":2}
A> PUB s.1 _I.f.v.2.fail.2.1.$FI 1
A> x
A< MSG _I.f.v.2.fail.2.1.$FI 1 31
A< {"type":"ack","seq":2,"msgs":2}
A> PUB s.1 _I.f.v.2.fail.5.1.$FI 1
A> x
A< MSG _I.f.v.2.fail.5.1.$FI 1 35
A< {"type":"gap","last_seq":3,"seq":5}
A< MSG _I.f.v.2.fail.5.1.$FI 1 44
A< {"stream":"S","seq":7,"batch":"v","count":2}
A> PUB s.1 _I.f.v.2.fail.6.1.$FI 1
A> x
A< MSG _I.f.v.2.fail.6.1.$FI 1 101
A< {"error":{"code":400,"err_code":10208,"description":"batch publish ID unknown"},"stream":"S","seq":0}

== pings of fast batches #363~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 52
A> {"name":"S","subjects":["s.*"],"allow_batched":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_batched":true,"metadata":{"_nats.req.level":"4"}}}
A> PUB s.1 _I.f.u.3.fail.1.0.$FI 1
A> x
A< MSG _I.f.u.3.fail.1.0.$FI 1 31
A< {"type":"ack","seq":0,"msgs":3}
A> PUB s.1 _I.f.u.3.fail.2.1.$FI 1
A> x
A> PUB s.1 _I.f.u.3.fail.2.4.$FI 1
A> x
A< MSG _I.f.u.3.fail.2.4.$FI 1 31
A< {"type":"ack","seq":0,"msgs":3}
A> PUB s.1 _I.f.u.3.fail.5.4.$FI 1
A> x
A< MSG _I.f.u.3.fail.5.4.$FI 1 35
A< {"type":"gap","last_seq":3,"seq":6}
A< MSG _I.f.u.3.fail.5.4.$FI 1 44
A< {"stream":"S","seq":2,"batch":"u","count":2}
A> PUB s.1 _I.f.v.3.ok.1.0.$FI 1
A> x
A< MSG _I.f.v.3.ok.1.0.$FI 1 31
A< {"type":"ack","seq":0,"msgs":3}
A> PUB s.1 _I.f.v.3.ok.2.1.$FI 1
A> x
A> PUB s.1 _I.f.v.3.ok.5.4.$FI 1
A> x
A< MSG _I.f.v.3.ok.5.4.$FI 1 35
A< {"type":"gap","last_seq":3,"seq":6}
A< MSG _I.f.v.3.ok.5.4.$FI 1 31
A< {"type":"ack","seq":3,"msgs":3}
A> PUB s.1 _I.f.v.3.ok.6.1.$FI 1
A> x
A< MSG _I.f.v.3.ok.6.1.$FI 1 31
A< {"type":"ack","seq":6,"msgs":3}
A> PUB s.1 _I.f.v.3.ok.7.3.$FI 1
A> x
A< MSG _I.f.v.3.ok.7.3.$FI 1 44
A< {"stream":"S","seq":5,"batch":"v","count":6}

== refused messages of fast batches #363~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 52
A> {"name":"S","subjects":["s.*"],"allow_batched":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_batched":true,"metadata":{"_nats.req.level":"4"}}}
A> PUB s.1 _I.f.u.2.fail.1.0.$FI 1
A> x
A< MSG _I.f.u.2.fail.1.0.$FI 1 31
A< {"type":"ack","seq":0,"msgs":2}
A> HPUB s.1 _I.f.u.2.fail.2.1.$FI 44 45
A> NATS/1.0\r\nNats-Expected-Last-Sequence: 9\r\n\r\nx
A< MSG _I.f.u.2.fail.2.1.$FI 1 99
A< {"type":"err","seq":2,"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 1"}}
A< MSG _I.f.u.2.fail.2.1.$FI 1 44
A< {"stream":"S","seq":1,"batch":"u","count":1}
A> PUB s.1 _I.f.u.2.fail.3.1.$FI 1
A> x
A< MSG _I.f.u.2.fail.3.1.$FI 1 101
A< {"error":{"code":400,"err_code":10208,"description":"batch publish ID unknown"},"stream":"S","seq":0}
A> PUB s.1 _I.f.v.2.ok.1.0.$FI 1
A> x
A< MSG _I.f.v.2.ok.1.0.$FI 1 31
A< {"type":"ack","seq":0,"msgs":2}
A> HPUB s.1 _I.f.v.2.ok.2.1.$FI 44 45
A> NATS/1.0\r\nNats-Expected-Last-Sequence: 9\r\n\r\nx
A< MSG _I.f.v.2.ok.2.1.$FI 1 99
A< {"type":"err","seq":2,"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 2"}}
A> PUB s.1 _I.f.v.2.ok.3.1.$FI 1
A> x
A< MSG _I.f.v.2.ok.3.1.$FI 1 31
A< {"type":"ack","seq":2,"msgs":2}
A> PUB s.1 _I.f.v.2.ok.4.2.$FI 1
A> x
A< MSG _I.f.v.2.ok.4.2.$FI 1 44
A< {"stream":"S","seq":4,"batch":"v","count":4}
A> HPUB s.1 _I.f.w.2.fail.1.0.$FI 44 45
A> NATS/1.0\r\nNats-Expected-Last-Sequence: 9\r\n\r\nx
A< MSG _I.f.w.2.fail.1.0.$FI 1 31
A< {"type":"ack","seq":0,"msgs":2}
A< MSG _I.f.w.2.fail.1.0.$FI 1 99
A< {"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 4"},"stream":"S","seq":0}

== replies that say no place in a fast batch #363~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 52
A> {"name":"S","subjects":["s.*"],"allow_batched":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.*"],"deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"allow_batched":true,"metadata":{"_nats.req.level":"4"}}}
A> PUB s.1 _I.f.u.4.fail.1.5.$FI 1
A> x
A< MSG _I.f.u.4.fail.1.5.$FI 1 109
A< {"error":{"code":400,"err_code":10206,"description":"batch publish pattern is invalid"},"stream":"S","seq":0}
A> PUB s.1 _I.f.u.4.maybe.1.0.$FI 1
A> x
A< MSG _I.f.u.4.maybe.1.0.$FI 1 109
A< {"error":{"code":400,"err_code":10206,"description":"batch publish pattern is invalid"},"stream":"S","seq":0}
A> PUB s.1 _I.f.u.4.ok.0.0.$FI 1
A> x
A< MSG _I.f.u.4.ok.0.0.$FI 1 109
A< {"error":{"code":400,"err_code":10206,"description":"batch publish pattern is invalid"},"stream":"S","seq":0}
A> PUB s.1 _I.f.u.4.ok.q.0.$FI 1
A> x
A< MSG _I.f.u.4.ok.q.0.$FI 1 109
A< {"error":{"code":400,"err_code":10206,"description":"batch publish pattern is invalid"},"stream":"S","seq":0}
A> PUB s.1 _I.f.u.4.ok.2.0.$FI 1
A> x
A< MSG _I.f.u.4.ok.2.0.$FI 1 109
A< {"error":{"code":400,"err_code":10206,"description":"batch publish pattern is invalid"},"stream":"S","seq":0}
A> PUB s.1 _I.f.u.4.ok.1.1.$FI 1
A> x
A< MSG _I.f.u.4.ok.1.1.$FI 1 109
A< {"error":{"code":400,"err_code":10206,"description":"batch publish pattern is invalid"},"stream":"S","seq":0}
A> PUB s.1 _I.f.u.4.ok.1.3.$FI 1
A> x
A< MSG _I.f.u.4.ok.1.3.$FI 1 109
A< {"error":{"code":400,"err_code":10206,"description":"batch publish pattern is invalid"},"stream":"S","seq":0}
A> PUB s.1 _I.f.u.4.ok.2.1.$FI 1
A> x
A< MSG _I.f.u.4.ok.2.1.$FI 1 101
A< {"error":{"code":400,"err_code":10208,"description":"batch publish ID unknown"},"stream":"S","seq":0}
A> PUB s.1 _I.f.u.4.ok.5.2.$FI 1
A> x
A< MSG _I.f.u.4.ok.5.2.$FI 1 101
A< {"error":{"code":400,"err_code":10208,"description":"batch publish ID unknown"},"stream":"S","seq":0}
A> PUB s.1 _I.f.u.4.ok.5.4.$FI 1
A> x
A< MSG _I.f.u.4.ok.5.4.$FI 1 101
A< {"error":{"code":400,"err_code":10208,"description":"batch publish ID unknown"},"stream":"S","seq":0}
A> PUB s.1 _I.f.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.4.ok.1.0.$FI 1
A> x
A< MSG _I.f.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.4.ok.1.0.$FI 1 104
A< {"error":{"code":400,"err_code":10207,"description":"batch publish ID is invalid"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.CREATE.M _I.2 55
A> {"name":"M","mirror":{"name":"S"},"allow_batched":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10209,"description":"stream mirrors can not also use batch publishing"}}

== requests to the API are audited #475~
conf:
  jetstream { store_dir: "<dir>/js" }
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB $JS.EVENT.ADVISORY.API 1
B: sync
file only: the request is shown as it was sent
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 12
A> {"name":"S"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
B< MSG $JS.EVENT.ADVISORY.API 1 <any>
B< ~{"type":"io.nats.jetstream.advisory.v1.api_audit","id":"<string>","timestamp":"<string>","server":"<string>","client":{"acc":"$G"},"subject":"$JS.API.STREAM.CREATE.S","request":"{\"name\":\"S\"}","response":"<string>"}
A> PUB S _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.MSG.GET.S _I.3 9
A> {"seq":1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"seq":1}}
A> PUB $JS.API.STREAM.INFO.X _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
B< MSG $JS.EVENT.ADVISORY.API 1 <any>
B< ~{"type":"io.nats.jetstream.advisory.v1.api_audit","subject":"$JS.API.STREAM.INFO.X","request":"<absent>","response":"<string>"}
