# Reading without consumers: message gets and direct gets in all forms, deletes and purges.

# A disk that others use, too, may take its time.
before:
  timeout 10000

== message gets by sequence, last and next #418~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB s.2 _I.6 1
A> 6
A< MSG _I.6 1 22
A< {"stream":"S","seq":6}
A> PUB $JS.API.STREAM.MSG.GET.S _I.7 9
A> {"seq":3}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.2","seq":3,"data":"Mw=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.8 22
A> {"last_by_subj":"s.1"}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":5,"data":"NQ=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.9 22
A> {"last_by_subj":"s.*"}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.2","seq":6,"data":"Ng=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.10 22
A> {"next_by_subj":"s.2"}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.2","seq":3,"data":"Mw=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.11 30
A> {"next_by_subj":"s.2","seq":4}
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.2","seq":6,"data":"Ng=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.12 28
A> {"next_by_subj":">","seq":6}
A< MSG _I.12 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.2","seq":6,"data":"Ng=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.13 30
A> {"next_by_subj":"s.2","seq":7}
A< MSG _I.13 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":404,"err_code":10037,"description":"no message found"}}

== message gets by time #418~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.MSG.GET.S _I.3 37
A> {"start_time":"2020-01-01T00:00:00Z"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.0","seq":1,"data":"MQ=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.4 37
A> {"start_time":"2090-01-01T00:00:00Z"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":404,"err_code":10037,"description":"no message found"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.5 58
A> {"start_time":"2020-01-01T00:00:00Z","next_by_subj":"s.1"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":2,"data":"Mg=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.6 45
A> {"start_time":"2020-01-01T00:00:00Z","seq":1}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10003,"description":"bad request"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.7 58
A> {"start_time":"2020-01-01T00:00:00Z","last_by_subj":"s.1"}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10003,"description":"bad request"}}

== message gets that contradict themselves #418~ #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.MSG.GET.S _I.2 2
A> {}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10003,"description":"bad request"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.3 2
A> {}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10003,"description":"bad request"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.4 9
A> {"seq":0}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10003,"description":"bad request"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.5 43
A> {"last_by_subj":"s.0","next_by_subj":"s.0"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10003,"description":"bad request"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.6 30
A> {"seq":1,"last_by_subj":"s.0"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10003,"description":"bad request"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.7 19
A> {"seq":1,"bogus":2}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"bogus\""}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.8 1
A> x
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.9 10
A> {"seq":-1}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.STREAM.MSG.GET.Q _I.10 9
A> {"seq":1}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}

== message gets without headers #420~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> HPUB s.1 _I.1 18 19
A> NATS/1.0\r\nA: b\r\n\r\nx
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.MSG.GET.S _I.2 23
A> {"seq":1,"no_hdr":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":1,"data":"eA=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.3 9
A> {"seq":1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":1,"hdrs":"TkFUUy8xLjANCkE6IGINCg0K","data":"eA=="}}

== messages that were deleted can't be got #418~ #355~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.3 9
A> {"seq":1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.MSG.GET.S _I.4 9
A> {"seq":1}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","error":{"code":404,"err_code":10037,"description":"no message found"}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.5 28
A> {"next_by_subj":">","seq":1}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":2,"data":"Mg=="}}

== direct gets want allow_direct #332~ @error
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
A> PUB $JS.API.DIRECT.GET.S _I.2 9
A> {"seq":1}
A< HMSG _I.2 1 52 52
A< NATS/1.0 503\r\nNats-Subject: $JS.API.DIRECT.GET.S\r\n\r\n

== direct gets by sequence, last and next #418 #332
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.DIRECT.GET.S _I.5 9
A> {"seq":2}
A< HMSG _I.5 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\n\r\n2
A> PUB $JS.API.DIRECT.GET.S _I.6 22
A> {"last_by_subj":"s.1"}
A< HMSG _I.6 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\n\r\n2
A> PUB $JS.API.DIRECT.GET.S _I.7 22
A> {"last_by_subj":"s.*"}
A< HMSG _I.7 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 4\r\nNats-Time-Stamp: <any>\r\n\r\n4
A> PUB $JS.API.DIRECT.GET.S _I.8 22
A> {"next_by_subj":"s.2"}
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.2\r\nNats-Sequence: 3\r\nNats-Time-Stamp: <any>\r\n\r\n3
A> PUB $JS.API.DIRECT.GET.S _I.9 30
A> {"next_by_subj":"s.0","seq":2}
A< HMSG _I.9 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 4\r\nNats-Time-Stamp: <any>\r\n\r\n4
A> PUB $JS.API.DIRECT.GET.S _I.10 30
A> {"seq":1,"next_by_subj":"s.1"}
A< HMSG _I.10 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\n\r\n2

== direct gets by time #418~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.DIRECT.GET.S _I.3 37
A> {"start_time":"2020-01-01T00:00:00Z"}
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\n1
A> PUB $JS.API.DIRECT.GET.S _I.4 37
A> {"start_time":"2090-01-01T00:00:00Z"}
A< HMSG _I.4 1 34 34
A< NATS/1.0 404 Message Not Found\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.5 58
A> {"start_time":"2020-01-01T00:00:00Z","next_by_subj":"s.1"}
A< HMSG _I.5 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\n\r\n2

== the subject in a direct get #421
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.>"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.>"],"allow_direct":true}}
A> PUB s.a.b _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.DIRECT.GET.S.s.a.b _I.2 0
A> 
A< HMSG _I.2 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.a.b\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx
A> PUB $JS.API.DIRECT.GET.S.s.a _I.3 0
A> 
A< HMSG _I.3 1 34 34
A< NATS/1.0 404 Message Not Found\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S.s.zz _I.4 0
A> 
A< HMSG _I.4 1 34 34
A< NATS/1.0 404 Message Not Found\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S.s.a.b _I.5 15
A> {"no_hdr":true}
A< MSG _I.5 1 1
A< x
A> PUB $JS.API.DIRECT.GET.S.s.a.b _I.6 9
A> {"seq":9}
A< HMSG _I.6 1 28 28
A< NATS/1.0 408 Bad Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S.s.a.b _I.7 1
A> x
A< HMSG _I.7 1 34 34
A< NATS/1.0 408 Malformed Request\r\n\r\n

== a direct get without headers #420
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> HPUB s.1 _I.1 18 19
A> NATS/1.0\r\nA: b\r\n\r\nx
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.DIRECT.GET.S _I.2 9
A> {"seq":1}
A< HMSG _I.2 1 <number> <number>
A< NATS/1.0\r\nA: b\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx
A> PUB $JS.API.DIRECT.GET.S _I.3 23
A> {"seq":1,"no_hdr":true}
A< MSG _I.3 1 1
A< x
A> PUB $JS.API.DIRECT.GET.S _I.4 36
A> {"last_by_subj":"s.1","no_hdr":true}
A< MSG _I.4 1 1
A< x

== direct gets that contradict themselves #418~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.DIRECT.GET.S _I.4 30
A> {"seq":1,"last_by_subj":"s.1"}
A< HMSG _I.4 1 28 28
A< NATS/1.0 408 Bad Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.5 32
A> {"last_by_subj":"s.1","batch":2}
A< HMSG _I.5 1 28 28
A< NATS/1.0 408 Bad Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.6 43
A> {"last_by_subj":"s.1","next_by_subj":"s.1"}
A< HMSG _I.6 1 28 28
A< NATS/1.0 408 Bad Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.7 45
A> {"seq":1,"start_time":"2020-01-01T00:00:00Z"}
A< HMSG _I.7 1 28 28
A< NATS/1.0 408 Bad Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.8 72
A> {"multi_last":["s.*"],"up_to_seq":1,"up_to_time":"2020-01-01T00:00:00Z"}
A< HMSG _I.8 1 28 28
A< NATS/1.0 408 Bad Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.9 43
A> {"multi_last":["s.*"],"last_by_subj":"s.1"}
A< HMSG _I.9 1 28 28
A< NATS/1.0 408 Bad Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.10 43
A> {"multi_last":["s.*"],"next_by_subj":"s.1"}
A< HMSG _I.10 1 28 28
A< NATS/1.0 408 Bad Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.11 11
A> {"batch":2}
A< HMSG _I.11 1 30 30
A< NATS/1.0 408 Empty Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.12 15
A> {"up_to_seq":2}
A< HMSG _I.12 1 30 30
A< NATS/1.0 408 Empty Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.13 15
A> {"no_hdr":true}
A< HMSG _I.13 1 30 30
A< NATS/1.0 408 Empty Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.14 11
A> {"seq":"x"}
A< HMSG _I.14 1 34 34
A< NATS/1.0 408 Malformed Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.15 19
A> {"seq":1,"bogus":2}
A< HMSG _I.15 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\n1
A> PUB $JS.API.DIRECT.GET.S _I.16 1
A> x
A< HMSG _I.16 1 34 34
A< NATS/1.0 408 Malformed Request\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.17 10
A> {"seq":-1}
A< HMSG _I.17 1 34 34
A< NATS/1.0 408 Malformed Request\r\n\r\n

== a batch from a sequence #419~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.DIRECT.GET.S _I.6 19
A> {"seq":2,"batch":2}
A< HMSG _I.6 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 3\r\nNats-Last-Sequence: 0\r\n\r\n2
A< HMSG _I.6 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.2\r\nNats-Sequence: 3\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 2\r\n\r\n3
A< HMSG _I.6 1 64 64
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 3\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.7 20
A> {"seq":4,"batch":10}
A< HMSG _I.7 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 4\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 0\r\n\r\n4
A< HMSG _I.7 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 5\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 4\r\n\r\n5
A< HMSG _I.7 1 64 64
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 5\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.8 19
A> {"seq":6,"batch":2}
A< HMSG _I.8 1 34 34
A< NATS/1.0 404 Message Not Found\r\n\r\n

== a batch of one subject #419~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB s.2 _I.6 1
A> 6
A< MSG _I.6 1 22
A< {"stream":"S","seq":6}
A> PUB $JS.API.DIRECT.GET.S _I.7 41
A> {"next_by_subj":"s.1","seq":1,"batch":10}
A< HMSG _I.7 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 0\r\n\r\n2
A< HMSG _I.7 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 5\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 2\r\n\r\n5
A< HMSG _I.7 1 64 64
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 5\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.8 32
A> {"next_by_subj":"s.1","batch":1}
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 0\r\n\r\n2
A< HMSG _I.8 1 64 64
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 2\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.9 31
A> {"next_by_subj":"zz","batch":1}
A< HMSG _I.9 1 34 34
A< NATS/1.0 404 Message Not Found\r\n\r\n

== a batch since a time #419~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.DIRECT.GET.S _I.3 47
A> {"start_time":"2020-01-01T00:00:00Z","batch":5}
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 0\r\n\r\n1
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 1\r\n\r\n2
A< HMSG _I.3 1 64 64
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 2\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.4 47
A> {"start_time":"2090-01-01T00:00:00Z","batch":5}
A< HMSG _I.4 1 34 34
A< NATS/1.0 404 Message Not Found\r\n\r\n

== a batch of so many bytes #419~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
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
A> PUB $JS.API.DIRECT.GET.S _I.5 36
A> {"seq":1,"batch":10,"max_bytes":250}
A< HMSG _I.5 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 3\r\nNats-Last-Sequence: 0\r\n\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
A< HMSG _I.5 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 1\r\n\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
A< HMSG _I.5 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 3\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 2\r\n\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
A< HMSG _I.5 1 64 64
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 3\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.6 35
A> {"seq":1,"batch":10,"max_bytes":10}
A< HMSG _I.6 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 3\r\nNats-Last-Sequence: 0\r\n\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
A< HMSG _I.6 1 64 64
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 3\r\nNats-Last-Sequence: 1\r\n\r\n

== a batch over gaps #419~ #355~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.6 9
A> {"seq":2}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.7 9
A> {"seq":3}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.DIRECT.GET.S _I.8 19
A> {"seq":1,"batch":3}
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 0\r\n\r\n1
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 4\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 1\r\n\r\n4
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 5\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 4\r\n\r\n5
A< HMSG _I.8 1 64 64
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 5\r\n\r\n

== the last messages of many subjects #419
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB s.2 _I.6 1
A> 6
A< MSG _I.6 1 22
A< {"stream":"S","seq":6}
A> PUB s.0 _I.7 1
A> 7
A< MSG _I.7 1 22
A< {"stream":"S","seq":7}
A> PUB $JS.API.DIRECT.GET.S _I.8 22
A> {"multi_last":["s.*"]}
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 5\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 0\r\n\r\n5
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.2\r\nNats-Sequence: 6\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 5\r\n\r\n6
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 7\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 6\r\n\r\n7
A< HMSG _I.8 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 7\r\nNats-UpTo-Sequence: 7\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.9 28
A> {"multi_last":["s.0","s.2"]}
A< HMSG _I.9 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.2\r\nNats-Sequence: 6\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 0\r\n\r\n6
A< HMSG _I.9 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 7\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 6\r\n\r\n7
A< HMSG _I.9 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 7\r\nNats-UpTo-Sequence: 7\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.10 27
A> {"multi_last":["s.1","zz"]}
A< HMSG _I.10 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 5\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 0\r\n\r\n5
A< HMSG _I.10 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 5\r\nNats-UpTo-Sequence: 7\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.11 28
A> {"multi_last":["s.*","s.1"]}
A< HMSG _I.11 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 5\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 0\r\n\r\n5
A< HMSG _I.11 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.2\r\nNats-Sequence: 6\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 5\r\n\r\n6
A< HMSG _I.11 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 7\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 6\r\n\r\n7
A< HMSG _I.11 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 7\r\nNats-UpTo-Sequence: 7\r\n\r\n

== the last messages up to a sequence and a time #419~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB s.2 _I.6 1
A> 6
A< MSG _I.6 1 22
A< {"stream":"S","seq":6}
A> PUB s.0 _I.7 1
A> 7
A< MSG _I.7 1 22
A< {"stream":"S","seq":7}
A> PUB $JS.API.DIRECT.GET.S _I.8 36
A> {"multi_last":["s.*"],"up_to_seq":4}
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 0\r\n\r\n2
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.2\r\nNats-Sequence: 3\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 2\r\n\r\n3
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 4\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 3\r\n\r\n4
A< HMSG _I.8 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 4\r\nNats-UpTo-Sequence: 4\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.9 36
A> {"multi_last":["s.*"],"up_to_seq":1}
A< HMSG _I.9 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 0\r\n\r\n1
A< HMSG _I.9 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 1\r\nNats-UpTo-Sequence: 1\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.10 58
A> {"multi_last":["s.*"],"up_to_time":"2090-01-01T00:00:00Z"}
A< HMSG _I.10 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 5\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 0\r\n\r\n5
A< HMSG _I.10 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.2\r\nNats-Sequence: 6\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 5\r\n\r\n6
A< HMSG _I.10 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 7\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 6\r\n\r\n7
A< HMSG _I.10 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 7\r\nNats-UpTo-Sequence: 7\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.11 58
A> {"multi_last":["s.*"],"up_to_time":"2020-01-01T00:00:00Z"}
A< HMSG _I.11 1 27 27
A< NATS/1.0 404 No Results\r\n\r\n

== a batch of last messages #419~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB s.2 _I.6 1
A> 6
A< MSG _I.6 1 22
A< {"stream":"S","seq":6}
A> PUB s.0 _I.7 1
A> 7
A< MSG _I.7 1 22
A< {"stream":"S","seq":7}
A> PUB $JS.API.DIRECT.GET.S _I.8 32
A> {"multi_last":["s.*"],"batch":2}
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 5\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 0\r\n\r\n5
A< HMSG _I.8 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.2\r\nNats-Sequence: 6\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 5\r\n\r\n6
A< HMSG _I.8 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 6\r\nNats-UpTo-Sequence: 7\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.9 54
A> {"multi_last":["s.*"],"batch":2,"up_to_seq":7,"seq":7}
A< HMSG _I.9 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.0\r\nNats-Sequence: 7\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 0\r\n\r\n7
A< HMSG _I.9 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 7\r\nNats-UpTo-Sequence: 7\r\n\r\n
A> PUB $JS.API.DIRECT.GET.S _I.10 36
A> {"multi_last":["s.*"],"max_bytes":1}
A< HMSG _I.10 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 5\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 0\r\n\r\n5
A< HMSG _I.10 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 5\r\nNats-UpTo-Sequence: 7\r\n\r\n

== last messages always have headers #419~ #420~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> HPUB s.1 _I.1 18 19
A> NATS/1.0\r\nA: b\r\n\r\na
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> HPUB s.2 _I.2 18 19
A> NATS/1.0\r\nA: b\r\n\r\nc
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.DIRECT.GET.S _I.3 36
A> {"multi_last":["s.*"],"no_hdr":true}
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nA: b\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 0\r\n\r\na
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nA: b\r\nNats-Stream: S\r\nNats-Subject: s.2\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 1\r\n\r\nc
A< HMSG _I.3 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 2\r\nNats-UpTo-Sequence: 2\r\n\r\n

== direct gets that ask for a level #445~ #418~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> HPUB $JS.API.DIRECT.GET.S _I.2 41 50
A> NATS/1.0\r\nNats-Required-Api-Level: 99\r\n\r\n{"seq":1}
A< HMSG _I.2 1 35 35
A< NATS/1.0 412 Required Api Level\r\n\r\n
A> HPUB $JS.API.DIRECT.GET.S _I.3 40 49
A> NATS/1.0\r\nNats-Required-Api-Level: 2\r\n\r\n{"seq":1}
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx
A> HPUB $JS.API.DIRECT.GET.S.s.1 _I.4 41 41
A> NATS/1.0\r\nNats-Required-Api-Level: 99\r\n\r\n
A< HMSG _I.4 1 35 35
A< NATS/1.0 412 Required Api Level\r\n\r\n

== direct gets can be switched on and off #332~ @error
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
A> PUB $JS.API.STREAM.UPDATE.S _I.2 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0},"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB $JS.API.DIRECT.GET.S _I.3 9
A> {"seq":1}
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx
A> PUB $JS.API.STREAM.UPDATE.S _I.4 52
A> {"name":"S","subjects":["s.*"],"allow_direct":false}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0},"config":{"subjects":["s.*"],"allow_direct":false}}
A> PUB $JS.API.DIRECT.GET.S _I.5 9
A> {"seq":1}
A< HMSG _I.5 1 52 52
A< NATS/1.0 503\r\nNats-Subject: $JS.API.DIRECT.GET.S\r\n\r\n

== direct gets of a stream in memory #323~ #418~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 70
A> {"name":"S","subjects":["s.*"],"allow_direct":true,"storage":"memory"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"storage":"memory","allow_direct":true}}
A> HPUB s.1 _I.1 18 19
A> NATS/1.0\r\nA: b\r\n\r\nx
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.DIRECT.GET.S _I.2 9
A> {"seq":1}
A< HMSG _I.2 1 <number> <number>
A< NATS/1.0\r\nA: b\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx

== direct gets of a transformed subject #418~ #367~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 112
A> {"name":"S","subjects":["s.*"],"allow_direct":true,"subject_transform":{"src":"s.*","dest":"t.{{wildcard(1)}}"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"subject_transform":{"src":"s.*","dest":"t.{{wildcard(1)}}"},"allow_direct":true}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.DIRECT.GET.S.t.1 _I.2 0
A> 
A< HMSG _I.2 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: t.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx
A> PUB $JS.API.DIRECT.GET.S.s.1 _I.3 0
A> 
A< HMSG _I.3 1 34 34
A< NATS/1.0 404 Message Not Found\r\n\r\n

== deleting messages #355
conf:
  jetstream { store_dir: "<dir>/js" }
file only: what is said about a sequence that was never there differs
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.4 9
A> {"seq":2}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.5 9
A> {"seq":2}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":400,"err_code":10043,"description":"sequence 2 not found"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.6 25
A> {"seq":1,"no_erase":true}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.INFO.S _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":3,"last_seq":3,"num_subjects":1,"consumer_count":0}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.8 9
A> {"seq":3}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.INFO.S _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":4,"last_seq":3,"consumer_count":0}}
A> PUB s.1 _I.10 1
A> x
A< MSG _I.10 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.11 9
A> {"seq":1}
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":500,"err_code":10057,"description":"no message found"}}

== deletes that can't be #355~ #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
file only: what is said about a sequence that was never there differs
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.2 9
A> {"seq":0}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":500,"err_code":10057,"description":"no message found"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.3 10
A> {"seq":99}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":500,"err_code":10057,"description":"stream store EOF"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":400,"err_code":10003,"description":"bad request"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.5 1
A> {
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: unexpected EOF"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.6 11
A> {"bogus":1}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"bogus\""}}
A> PUB $JS.API.STREAM.MSG.DELETE.Q _I.7 9
A> {"seq":1}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}

== deletes that can't be, in memory #355~ #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 50
A> {"name":"S","subjects":["s.*"],"storage":"memory"}
A< MSG _I.0 1 <number>
A< ~{"did_create":true}
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
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.4 9
A> {"seq":1}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.5 9
A> {"seq":2}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.6 9
A> {"seq":1}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":400,"err_code":10043,"description":"sequence 1 not found"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.7 9
A> {"seq":2}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":400,"err_code":10043,"description":"sequence 2 not found"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.8 9
A> {"seq":0}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":400,"err_code":10043,"description":"sequence 0 not found"}}
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.9 10
A> {"seq":99}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":400,"err_code":10043,"description":"sequence 99 not found"}}

== purges that can't be #354~ #446~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.STREAM.PURGE.S _I.2 1
A> {
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: unexpected EOF"}}
A> PUB $JS.API.STREAM.PURGE.S _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":1}
A> PUB $JS.API.STREAM.PURGE.S _I.4 11
A> {"bogus":1}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"bogus\""}}
A> PUB $JS.API.STREAM.PURGE.S _I.5 10
A> {"seq":-1}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: <any>"}}
A> PUB $JS.API.STREAM.PURGE.S _I.6 17
A> {"filter":"s..1"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":0}
A> PUB $JS.API.STREAM.INFO.S _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":2,"last_seq":1,"consumer_count":0}}

== purges up to and with something to keep #354~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB s.2 _I.6 1
A> 6
A< MSG _I.6 1 22
A< {"stream":"S","seq":6}
A> PUB s.0 _I.7 1
A> 7
A< MSG _I.7 1 22
A< {"stream":"S","seq":7}
A> PUB s.1 _I.8 1
A> 8
A< MSG _I.8 1 22
A< {"stream":"S","seq":8}
A> PUB s.2 _I.9 1
A> 9
A< MSG _I.9 1 22
A< {"stream":"S","seq":9}
A> PUB $JS.API.STREAM.PURGE.S _I.10 10
A> {"keep":7}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> PUB $JS.API.STREAM.PURGE.S _I.11 9
A> {"seq":4}
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":1}
A> PUB $JS.API.STREAM.PURGE.S _I.12 25
A> {"filter":"s.0","keep":1}
A< MSG _I.12 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":1}
A> PUB $JS.API.STREAM.INFO.S _I.13 23
A> {"subjects_filter":">"}
A< MSG _I.13 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":3,"offset":0,"limit":100000,"state":{"messages":5,"bytes":170,"first_seq":5,"last_seq":9,"num_subjects":3,"subjects":{"s.0":1,"s.1":2,"s.2":2},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}
A> PUB $JS.API.STREAM.PURGE.S _I.14 24
A> {"filter":"s.1","seq":8}
A< MSG _I.14 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":1}
A> PUB $JS.API.STREAM.INFO.S _I.15 23
A> {"subjects_filter":">"}
A< MSG _I.15 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":3,"offset":0,"limit":100000,"state":{"messages":4,"bytes":136,"first_seq":6,"last_seq":9,"num_subjects":3,"subjects":{"s.0":1,"s.1":1,"s.2":2},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}
A> PUB $JS.API.STREAM.PURGE.S _I.16 15
A> {"filter":"zz"}
A< MSG _I.16 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":0}
A> PUB $JS.API.STREAM.PURGE.S _I.17 11
A> {"keep":99}
A< MSG _I.17 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":0}
A> PUB $JS.API.STREAM.PURGE.S _I.18 10
A> {"seq":99}
A< MSG _I.18 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":4}
A> PUB $JS.API.STREAM.INFO.S _I.19 0
A> 
A< MSG _I.19 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":99,"last_seq":98,"consumer_count":0}}

== a purged stream goes on counting #354~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.STREAM.PURGE.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":3}
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":4,"last_seq":3,"consumer_count":0}}
A> PUB $JS.API.STREAM.PURGE.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":0}
A> PUB s.1 _I.7 1
A> x
A< MSG _I.7 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.STREAM.INFO.S _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":4,"last_seq":4,"num_subjects":1,"consumer_count":0}}

== a purge of the first messages moves the first sequence #354~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.STREAM.PURGE.S _I.6 16
A> {"filter":"s.0"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> PUB $JS.API.STREAM.INFO.S _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":102,"first_seq":2,"last_seq":5,"num_subjects":2,"num_deleted":1,"consumer_count":0}}
A> PUB $JS.API.STREAM.PURGE.S _I.8 16
A> {"filter":"s.1"}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> PUB $JS.API.STREAM.INFO.S _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":3,"last_seq":5,"num_subjects":1,"num_deleted":2,"consumer_count":0}}

== a purge takes what consumers wait for #354~ #405~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":4,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.STREAM.PURGE.S _I.6 9
A> {"seq":3}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":2,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":2}}
A> PUB $JS.API.STREAM.PURGE.S _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":4},"ack_floor":{"consumer_seq":0,"stream_seq":4}}
A> PUB s.1 _I.10 1
A> x
A< MSG _I.10 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.11 0
A> 
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":4},"ack_floor":{"consumer_seq":0,"stream_seq":4}}

== purge of a subject while others are pending #354~ #405~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.0 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.2 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.0 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB s.2 _I.6 1
A> 6
A< MSG _I.6 1 22
A< {"stream":"S","seq":6}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.7 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":6,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.8 96
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","filter_subject":"s.1"}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"F","config":{"ack_policy":"explicit","filter_subject":"s.1"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":6}
B< MSG s.0 9 $JS.ACK.S.D.1.1.1.<t1:number>.5 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.4 1
B< 2
B< MSG s.2 9 $JS.ACK.S.D.1.3.3.<t3:number>.3 1
B< 3
B< MSG s.0 9 $JS.ACK.S.D.1.4.4.<t4:number>.2 1
B< 4
B< MSG s.1 9 $JS.ACK.S.D.1.5.5.<t5:number>.1 1
B< 5
B< MSG s.2 9 $JS.ACK.S.D.1.6.6.<t6:number>.0 1
B< 6
A> PUB $JS.API.STREAM.PURGE.S _I.9 16
A> {"filter":"s.1"}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> PUB $JS.API.CONSUMER.INFO.S.F _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":6},"ack_floor":{"consumer_seq":0,"stream_seq":6}}

== headers stay as their publisher wrote them #336~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> SUB re.> 2
A> PUB $JS.API.STREAM.CREATE.S _I.0 105
A> {"name":"S","subjects":["s.*"],"allow_direct":true,"republish":{"src":"s.*","dest":"re.{{wildcard(1)}}"}}
A< MSG _I.0 1 <number>
A< ~{"did_create":true}
A> HPUB s.1 _I.1 36 37
A> NATS/1.0\r\nA:x\r\nB:   y\r\nC: z \r\nD:\r\n\r\np
A: any order
  MSG _I.1 1 22\r\n{"stream":"S","seq":1}
  HMSG re.1 2 <number> <number>\r\nNATS/1.0\r\nA:x\r\nB:   y\r\nC: z \r\nD:\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <word>\r\nNats-Last-Sequence: 0\r\n\r\np
A> PUB $JS.API.DIRECT.GET.S _I.2 9
A> {"seq":1}
A< HMSG _I.2 1 <number> <number>
A< NATS/1.0\r\nA:x\r\nB:   y\r\nC: z \r\nD:\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <word>\r\n\r\np
