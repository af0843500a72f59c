# JetStream: messages that are published when their time comes.

== schedules bring roll-ups and can not be switched off #345
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 76
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"deny_purge":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":false,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 31
A> {"name":"S","subjects":["s.>"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"message schedules can not be disabled"}}
A> PUB $JS.API.STREAM.CREATE.P _I.3 12
A> {"name":"P"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"P","deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"metadata":{"_nats.req.level":"0"}}}
A> PUB $JS.API.STREAM.UPDATE.P _I.4 39
A> {"name":"P","allow_msg_schedules":true}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","config":{"name":"P","deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":false,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}

== what schedules do not go with #345 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 61
A> {"name":"S","allow_msg_schedules":true,"mirror":{"name":"O"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10186,"description":"stream mirrors can not also schedule messages"}}
A> PUB $JS.API.STREAM.CREATE.S _I.2 64
A> {"name":"S","allow_msg_schedules":true,"sources":[{"name":"O"}]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10187,"description":"stream source can not also schedule messages"}}
A> PUB $JS.API.STREAM.CREATE.S _I.3 55
A> {"name":"S","allow_msg_schedules":true,"discard":"new"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"message scheduling cannot use discard new"}}
A> PUB $JS.API.STREAM.CREATE.S _I.4 64
A> {"name":"S","allow_msg_schedules":true,"allow_msg_counter":true}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"counter stream cannot use message schedules"}}
A> PUB $JS.API.STREAM.CREATE.S _I.5 55
A> {"name":"S","allow_msg_schedules":true,"pedantic":true}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"message scheduling cannot be set if roll-ups are disabled"}}

== a message whose time has come is published once #364
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 79
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.a _I.2 170 174
A> NATS/1.0\r\nNats-Schedule: @at 2001-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-TTL: 60s\r\nFoo: bar\r\nNats-Msg-Id: m\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\nbody
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
wait 700
A> PUB $JS.API.STREAM.MSG.GET.S _I.3 22
A> {"last_by_subj":"s.t"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.t","seq":2,"hdrs":"TkFUUy8xLjANCkZvbzogYmFyDQpOYXRzLVNjaGVkdWxlcjogcy5hDQpOYXRzLVNjaGVkdWxlLU5leHQ6IHB1cmdlDQpOYXRzLVRUTDogNjBzDQoNCg==","data":"Ym9keQ=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.4 22
A> {"last_by_subj":"s.a"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":404,"err_code":10037,"description":"no message found"}}
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":1,"last_seq":2}}

== a schedule survives a restart #364 #365~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 79
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.a _I.2 80 81
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> HPUB s.e _I.3 66 67
A> NATS/1.0\r\nNats-Schedule: @every 1s\r\nNats-Schedule-Target: s.te\r\n\r\nx
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
restart
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
wait 1600
A> PUB $JS.API.STREAM.MSG.GET.S _I.4 22
A> {"last_by_subj":"s.a"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.a","seq":1,"hdrs":"TkFUUy8xLjANCk5hdHMtU2NoZWR1bGU6IEBhdCAyMDk2LTAxLTAxVDAwOjAwOjAwWg0KTmF0cy1TY2hlZHVsZS1UYXJnZXQ6IHMudA0KTmF0cy1Sb2xsdXA6IHN1Yg0KDQo=","data":"eA=="}}
A> PUB $JS.API.STREAM.INFO.S _I.5 26
A> {"subjects_filter":"s.te"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"subjects":{"s.te":"<positive>"}}}
A> PUB $JS.API.STREAM.INFO.S _I.6 25
A> {"subjects_filter":"s.t"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"subjects":"<absent>"}}

== intervals and patterns come again #365~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 79
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.e _I.2 66 67
A> NATS/1.0\r\nNats-Schedule: @every 1s\r\nNats-Schedule-Target: s.te\r\n\r\nx
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> HPUB s.c _I.3 68 69
A> NATS/1.0\r\nNats-Schedule: * * * * * *\r\nNats-Schedule-Target: s.tc\r\n\r\nx
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
wait 2300
A> PUB $JS.API.STREAM.INFO.S _I.4 26
A> {"subjects_filter":"s.te"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"subjects":{"s.te":"<positive>"}}}
A> PUB $JS.API.STREAM.INFO.S _I.5 26
A> {"subjects_filter":"s.tc"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"subjects":{"s.tc":"<positive>"}}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.6 22
A> {"last_by_subj":"s.c"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.c","seq":2,"hdrs":"TkFUUy8xLjANCk5hdHMtU2NoZWR1bGU6ICogKiAqICogKiAqDQpOYXRzLVNjaGVkdWxlLVRhcmdldDogcy50Yw0KTmF0cy1Sb2xsdXA6IHN1Yg0KDQo=","data":"eA=="}}

== a schedule takes the last message of its source #365~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 79
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.src _I.2 34 40
A> NATS/1.0\r\nA: b\r\nNats-Msg-Id: z\r\n\r\nsample
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> HPUB s.a _I.3 136 139
A> NATS/1.0\r\nNats-Schedule: @at 2001-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Source: s.src\r\nNats-Schedule-Rollup: sub\r\n\r\nown
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
wait 700
A> HPUB s.b _I.4 110 113
A> NATS/1.0\r\nNats-Schedule: @at 2001-01-01T00:00:00Z\r\nNats-Schedule-Target: s.u\r\nNats-Schedule-Source: s.none\r\n\r\nown
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
wait 700
A> PUB $JS.API.STREAM.MSG.GET.S _I.5 22
A> {"last_by_subj":"s.t"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.t","seq":3,"hdrs":"TkFUUy8xLjANCkE6IGINCk5hdHMtU2NoZWR1bGVyOiBzLmENCk5hdHMtU2NoZWR1bGUtTmV4dDogcHVyZ2UNCk5hdHMtUm9sbHVwOiBzdWINCg0K","data":"c2FtcGxl"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.6 22
A> {"last_by_subj":"s.u"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.u","seq":5,"hdrs":"TkFUUy8xLjANCk5hdHMtU2NoZWR1bGVyOiBzLmINCk5hdHMtU2NoZWR1bGUtTmV4dDogcHVyZ2UNCg0K","data":"b3du"}}

== a schedule replaces the one on its subject #364
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 79
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.a _I.2 80 81
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\n\r\n1
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.MSG.GET.S _I.3 9
A> {"seq":1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.a","seq":1,"hdrs":"TkFUUy8xLjANCk5hdHMtU2NoZWR1bGU6IEBhdCAyMDk2LTAxLTAxVDAwOjAwOjAwWg0KTmF0cy1TY2hlZHVsZS1UYXJnZXQ6IHMudA0KTmF0cy1Sb2xsdXA6IHN1Yg0KDQo=","data":"MQ=="}}
A> HPUB s.a _I.4 80 81
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.u\r\n\r\n2
A< MSG _I.4 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":1,"first_seq":2}}

== what ends a schedule #364 #365~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 79
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.a _I.2 65 66
A> NATS/1.0\r\nNats-Schedule: @every 1s\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> HPUB s.b _I.3 65 66
A> NATS/1.0\r\nNats-Schedule: @every 1s\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
A> HPUB s.c _I.4 65 66
A> NATS/1.0\r\nNats-Schedule: @every 1s\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.4 1 22
A< {"stream":"S","seq":3}
A> HPUB s.d _I.5 65 66
A> NATS/1.0\r\nNats-Schedule: @every 1s\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.5 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.6 9
A> {"seq":1}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.PURGE.S _I.7 16
A> {"filter":"s.b"}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":1}
A> PUB s.c _I.8 5
A> plain
A< MSG _I.8 1 22
A< {"stream":"S","seq":5}
A> HPUB s.x _I.9 60 61
A> NATS/1.0\r\nNats-Scheduler: s.d\r\nNats-Schedule-Next: purge\r\n\r\nx
A< MSG _I.9 1 22
A< {"stream":"S","seq":6}
wait 1700
A> PUB $JS.API.STREAM.INFO.S _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":3,"last_seq":6}}

== patterns #364 #365~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 79
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.p _I.2 85 86
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00+02:00\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> HPUB s.p _I.3 82 83
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00.5Z\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
A> HPUB s.p _I.4 65 66
A> NATS/1.0\r\nNats-Schedule: @every 1h\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.4 1 22
A< {"stream":"S","seq":3}
A> HPUB s.p _I.5 63 64
A> NATS/1.0\r\nNats-Schedule: @hourly\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.5 1 22
A< {"stream":"S","seq":4}
A> HPUB s.p _I.6 62 63
A> NATS/1.0\r\nNats-Schedule: @daily\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.6 1 22
A< {"stream":"S","seq":5}
A> HPUB s.p _I.7 65 66
A> NATS/1.0\r\nNats-Schedule: @midnight\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.7 1 22
A< {"stream":"S","seq":6}
A> HPUB s.p _I.8 63 64
A> NATS/1.0\r\nNats-Schedule: @weekly\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.8 1 22
A< {"stream":"S","seq":7}
A> HPUB s.p _I.9 64 65
A> NATS/1.0\r\nNats-Schedule: @monthly\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.9 1 22
A< {"stream":"S","seq":8}
A> HPUB s.p _I.10 63 64
A> NATS/1.0\r\nNats-Schedule: @yearly\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.10 1 22
A< {"stream":"S","seq":9}
A> HPUB s.p _I.11 65 66
A> NATS/1.0\r\nNats-Schedule: @annually\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.11 1 23
A< {"stream":"S","seq":10}
A> HPUB s.p _I.12 67 68
A> NATS/1.0\r\nNats-Schedule: 0 0 0 1 1 *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.12 1 23
A< {"stream":"S","seq":11}
A> HPUB s.p _I.13 68 69
A> NATS/1.0\r\nNats-Schedule: 0 0 0 29 2 *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.13 1 23
A< {"stream":"S","seq":12}
A> HPUB s.p _I.14 76 77
A> NATS/1.0\r\nNats-Schedule: 0 0 12 * JAN,feb sun\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.14 1 23
A< {"stream":"S","seq":13}
A> HPUB s.p _I.15 70 71
A> NATS/1.0\r\nNats-Schedule: 5/10 0 0 1 1 ?\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.15 1 23
A< {"stream":"S","seq":14}
A> HPUB s.p _I.16 81 82
A> NATS/1.0\r\nNats-Schedule: 0 1,2,3-5/2 3 * * mon-fri\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.16 1 23
A< {"stream":"S","seq":15}

== patterns that are none #364 #365~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 79
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.p _I.2 64 65
A> NATS/1.0\r\nNats-Schedule: @at 2030\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.2 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.3 81 82
A> NATS/1.0\r\nNats-Schedule: @at  2030-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.3 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.4 80 81
A> NATS/1.0\r\nNats-Schedule: @AT 2030-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.4 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.5 68 69
A> NATS/1.0\r\nNats-Schedule: @every 500ms\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.5 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.6 64 65
A> NATS/1.0\r\nNats-Schedule: @every x\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.6 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.7 66 67
A> NATS/1.0\r\nNats-Schedule: @every -5s\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.7 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.8 63 64
A> NATS/1.0\r\nNats-Schedule: @reboot\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.8 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.9 65 66
A> NATS/1.0\r\nNats-Schedule: * * * * *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.9 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.10 68 69
A> NATS/1.0\r\nNats-Schedule: 60 * * * * *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.10 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.11 68 69
A> NATS/1.0\r\nNats-Schedule: 0 0 0 30 2 *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.11 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.12 67 68
A> NATS/1.0\r\nNats-Schedule: 0 0 0 * * 7\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.12 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.13 67 68
A> NATS/1.0\r\nNats-Schedule: a b c d e f\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.13 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.14 68 69
A> NATS/1.0\r\nNats-Schedule: -1 * * * * *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.14 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.15 70 71
A> NATS/1.0\r\nNats-Schedule: 1-70 * * * * *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.15 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.16 68 69
A> NATS/1.0\r\nNats-Schedule: 0 0 24 * * *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.16 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.17 69 70
A> NATS/1.0\r\nNats-Schedule: */0 * * * * *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.17 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.18 69 70
A> NATS/1.0\r\nNats-Schedule: 5-2 * * * * *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.18 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.19 71 72
A> NATS/1.0\r\nNats-Schedule: 1-2-3 * * * * *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.19 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.20 71 72
A> NATS/1.0\r\nNats-Schedule: 1/2/3 * * * * *\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.20 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.21 62 63
A> NATS/1.0\r\nNats-Schedule: @every\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.21 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.p _I.22 59 60
A> NATS/1.0\r\nNats-Schedule: @at\r\nNats-Schedule-Target: s.t\r\n\r\nx
A< MSG _I.22 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}

== time zones #365~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 79
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.z _I.2 108 109
A> NATS/1.0\r\nNats-Schedule: 0 0 12 1 1 *\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Time-Zone: Europe/Berlin\r\n\r\nx
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> HPUB s.z _I.3 111 112
A> NATS/1.0\r\nNats-Schedule: 0 0 12 1 1 *\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Time-Zone: America/New_York\r\n\r\nx
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
A> HPUB s.z _I.4 98 99
A> NATS/1.0\r\nNats-Schedule: 0 0 12 1 1 *\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Time-Zone: UTC\r\n\r\nx
A< MSG _I.4 1 22
A< {"stream":"S","seq":3}
A> HPUB s.z _I.5 104 105
A> NATS/1.0\r\nNats-Schedule: 0 0 12 1 1 *\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Time-Zone: Nowhere/X\r\n\r\nx
A< MSG _I.5 1 115
A< {"error":{"code":400,"err_code":10223,"description":"message schedules time zone is invalid"},"stream":"S","seq":0}
A> HPUB s.z _I.6 95 96
A> NATS/1.0\r\nNats-Schedule: 0 0 12 1 1 *\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Time-Zone: \r\n\r\nx
A< MSG _I.6 1 115
A< {"error":{"code":400,"err_code":10223,"description":"message schedules time zone is invalid"},"stream":"S","seq":0}
A> HPUB s.z _I.7 98 99
A> NATS/1.0\r\nNats-Schedule: 0 0 12 1 1 *\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Time-Zone: utc\r\n\r\nx
A< MSG _I.7 1 115
A< {"error":{"code":400,"err_code":10223,"description":"message schedules time zone is invalid"},"stream":"S","seq":0}
A> HPUB s.z _I.8 108 109
A> NATS/1.0\r\nNats-Schedule: 0 0 12 1 1 *\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Time-Zone: europe/berlin\r\n\r\nx
A< MSG _I.8 1 115
A< {"error":{"code":400,"err_code":10223,"description":"message schedules time zone is invalid"},"stream":"S","seq":0}
A> HPUB s.z _I.9 110 111
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Time-Zone: UTC\r\n\r\nx
A< MSG _I.9 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.z _I.10 95 96
A> NATS/1.0\r\nNats-Schedule: @every 1h\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Time-Zone: UTC\r\n\r\nx
A< MSG _I.10 1 113
A< {"error":{"code":400,"err_code":10189,"description":"message schedules pattern is invalid"},"stream":"S","seq":0}
A> HPUB s.z _I.11 103 104
A> NATS/1.0\r\nNats-Schedule: @yearly\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Time-Zone: Europe/Berlin\r\n\r\nx
A< MSG _I.11 1 22
A< {"stream":"S","seq":4}

== targets, sources, times to live and roll-ups that can not be #364 #365~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 79
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.a _I.2 53 54
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\n\r\nx
A< MSG _I.2 1 112
A< {"error":{"code":400,"err_code":10190,"description":"message schedules target is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.3 77 78
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: \r\n\r\nx
A< MSG _I.3 1 112
A< {"error":{"code":400,"err_code":10190,"description":"message schedules target is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.4 80 81
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.*\r\n\r\nx
A< MSG _I.4 1 112
A< {"error":{"code":400,"err_code":10190,"description":"message schedules target is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.5 80 81
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.a\r\n\r\nx
A< MSG _I.5 1 112
A< {"error":{"code":400,"err_code":10190,"description":"message schedules target is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.6 80 81
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: zzz\r\n\r\nx
A< MSG _I.6 1 112
A< {"error":{"code":400,"err_code":10190,"description":"message schedules target is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.7 81 82
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s..x\r\n\r\nx
A< MSG _I.7 1 112
A< {"error":{"code":400,"err_code":10190,"description":"message schedules target is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.8 107 108
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Source: s.*\r\n\r\nx
A< MSG _I.8 1 112
A< {"error":{"code":400,"err_code":10203,"description":"message schedules source is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.9 107 108
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Source: zzz\r\n\r\nx
A< MSG _I.9 1 112
A< {"error":{"code":400,"err_code":10203,"description":"message schedules source is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.10 107 108
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Source: s.a\r\n\r\nx
A< MSG _I.10 1 112
A< {"error":{"code":400,"err_code":10203,"description":"message schedules source is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.11 107 108
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Source: s.t\r\n\r\nx
A< MSG _I.11 1 112
A< {"error":{"code":400,"err_code":10203,"description":"message schedules source is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.12 107 108
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Source: s..\r\n\r\nx
A< MSG _I.12 1 112
A< {"error":{"code":400,"err_code":10203,"description":"message schedules source is invalid"},"stream":"S","seq":0}
A> HPUB s.a _I.13 104 105
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Source: \r\n\r\nx
A< MSG _I.13 1 22
A< {"stream":"S","seq":1}
A> HPUB s.a _I.14 106 107
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-TTL: 500ms\r\n\r\nx
A< MSG _I.14 1 118
A< {"error":{"code":400,"err_code":10191,"description":"message schedules invalid per-message TTL"},"stream":"S","seq":0}
A> HPUB s.a _I.15 102 103
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-TTL: 0\r\n\r\nx
A< MSG _I.15 1 118
A< {"error":{"code":400,"err_code":10191,"description":"message schedules invalid per-message TTL"},"stream":"S","seq":0}
A> HPUB s.a _I.16 102 103
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-TTL: x\r\n\r\nx
A< MSG _I.16 1 118
A< {"error":{"code":400,"err_code":10191,"description":"message schedules invalid per-message TTL"},"stream":"S","seq":0}
A> HPUB s.a _I.17 101 102
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-TTL: \r\n\r\nx
A< MSG _I.17 1 22
A< {"stream":"S","seq":2}
A> HPUB s.a _I.18 106 107
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-TTL: never\r\n\r\nx
A< MSG _I.18 1 22
A< {"stream":"S","seq":3}
A> HPUB s.a _I.19 107 108
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-TTL: 1500ms\r\n\r\nx
A< MSG _I.19 1 22
A< {"stream":"S","seq":4}
A> HPUB s.a _I.20 107 108
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Rollup: all\r\n\r\nx
A< MSG _I.20 1 109
A< {"error":{"code":400,"err_code":10192,"description":"message schedules invalid rollup"},"stream":"S","seq":0}
A> HPUB s.a _I.21 105 106
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Rollup: x\r\n\r\nx
A< MSG _I.21 1 109
A< {"error":{"code":400,"err_code":10192,"description":"message schedules invalid rollup"},"stream":"S","seq":0}
A> HPUB s.a _I.22 104 105
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Rollup: \r\n\r\nx
A< MSG _I.22 1 22
A< {"stream":"S","seq":5}
A> HPUB s.a _I.23 107 108
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Schedule-Rollup: sub\r\n\r\nx
A< MSG _I.23 1 22
A< {"stream":"S","seq":6}
A> HPUB s.a _I.24 98 99
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Rollup: all\r\n\r\nx
A< MSG _I.24 1 109
A< {"error":{"code":400,"err_code":10192,"description":"message schedules invalid rollup"},"stream":"S","seq":0}
A> HPUB s.a _I.25 98 99
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: s.t\r\nNats-Rollup: sub\r\n\r\nx
A< MSG _I.25 1 22
A< {"stream":"S","seq":7}

== who may say that a schedule is over #365~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 79
A> {"name":"S","subjects":["s.>"],"allow_msg_schedules":true,"allow_msg_ttl":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","subjects":["s.>"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB s.y _I.2 39 40
A> NATS/1.0\r\nNats-Schedule-Next: purge\r\n\r\nx
A< MSG _I.2 1 112
A< {"error":{"code":400,"err_code":10212,"description":"message schedules invalid scheduler"},"stream":"S","seq":0}
A> HPUB s.y _I.3 33 34
A> NATS/1.0\r\nNats-Scheduler: s.1\r\n\r\nx
A< MSG _I.3 1 112
A< {"error":{"code":400,"err_code":10212,"description":"message schedules invalid scheduler"},"stream":"S","seq":0}
A> HPUB s.y _I.4 75 76
A> NATS/1.0\r\nNats-Scheduler: s.1\r\nNats-Schedule-Next: 2030-01-01T00:00:00Z\r\n\r\nx
A< MSG _I.4 1 112
A< {"error":{"code":400,"err_code":10212,"description":"message schedules invalid scheduler"},"stream":"S","seq":0}
A> HPUB s.y _I.5 60 61
A> NATS/1.0\r\nNats-Scheduler: s.y\r\nNats-Schedule-Next: purge\r\n\r\nx
A< MSG _I.5 1 112
A< {"error":{"code":400,"err_code":10212,"description":"message schedules invalid scheduler"},"stream":"S","seq":0}
A> HPUB s.y _I.6 60 61
A> NATS/1.0\r\nNats-Scheduler: s.*\r\nNats-Schedule-Next: purge\r\n\r\nx
A< MSG _I.6 1 112
A< {"error":{"code":400,"err_code":10212,"description":"message schedules invalid scheduler"},"stream":"S","seq":0}
A> HPUB s.y _I.7 57 58
A> NATS/1.0\r\nNats-Scheduler: \r\nNats-Schedule-Next: purge\r\n\r\nx
A< MSG _I.7 1 112
A< {"error":{"code":400,"err_code":10212,"description":"message schedules invalid scheduler"},"stream":"S","seq":0}
A> HPUB s.y _I.8 65 66
A> NATS/1.0\r\nNats-Scheduler: s.nobody\r\nNats-Schedule-Next: purge\r\n\r\nx
A< MSG _I.8 1 22
A< {"stream":"S","seq":1}

== schedules where they are not allowed #345 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.1 12
A> {"name":"S"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"S","deny_purge":false,"allow_rollup_hdrs":false,"allow_msg_ttl":false,"metadata":{"_nats.req.level":"0"}}}
A> HPUB S _I.2 78 79
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: S\r\n\r\nx
A< MSG _I.2 1 106
A< {"error":{"code":400,"err_code":10188,"description":"message schedules is disabled"},"stream":"S","seq":0}
A> HPUB S _I.3 59 60
A> NATS/1.0\r\nNats-Schedule: bogus\r\nNats-Schedule-Target: S\r\n\r\nx
A< MSG _I.3 1 106
A< {"error":{"code":400,"err_code":10188,"description":"message schedules is disabled"},"stream":"S","seq":0}
A> HPUB S _I.4 54 55
A> NATS/1.0\r\nNats-Schedule: \r\nNats-Schedule-Target: S\r\n\r\nx
A< MSG _I.4 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.CREATE.P _I.5 58
A> {"name":"P","subjects":["p.*"],"allow_msg_schedules":true}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","config":{"name":"P","subjects":["p.*"],"deny_purge":false,"allow_rollup_hdrs":true,"allow_msg_ttl":false,"allow_msg_schedules":true,"metadata":{"_nats.req.level":"2"}}}
A> HPUB p.a _I.6 103 104
A> NATS/1.0\r\nNats-Schedule: @at 2096-01-01T00:00:00Z\r\nNats-Schedule-Target: p.t\r\nNats-Schedule-TTL: 5s\r\n\r\nx
A< MSG _I.6 1 104
A< {"error":{"code":400,"err_code":10166,"description":"per-message TTL is disabled"},"stream":"P","seq":0}
