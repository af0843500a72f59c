# Mirrors and sources: what may be configured, what is taken, and what becomes of it.

== a mirror keeps sequences and gaps #334~ #423
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> a
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> b
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":2}
A> PUB o.3 _I.3 1
A> c
A< MSG _I.3 1 <number>
A< ~{"stream":"O","seq":3}
A> PUB $JS.API.STREAM.MSG.DELETE.O _I.4 9
A> {"seq":2}
A< MSG _I.4 1 <number>
A< ~{"success":true}
A> PUB $JS.API.STREAM.CREATE.M _I.5 34
A> {"name":"M","mirror":{"name":"O"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"mirror":{"name":"O"},"subjects":"<absent>","duplicate_window":"<absent>"},"mirror":{"name":"O","lag":0,"active":-1}}
wait 1200
A> PUB $JS.API.STREAM.INFO.M _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"state":{"messages":2,"first_seq":1,"last_seq":3,"num_deleted":1},"mirror":{"name":"O","lag":0,"error":"<absent>","seq":"<absent>"},"sources":"<absent>"}
A> PUB $JS.API.STREAM.MSG.GET.M _I.7 9
A> {"seq":3}
A< MSG _I.7 1 <number>
A< ~{"message":{"subject":"o.3","seq":3,"data":"Yw==","hdrs":"<absent>"}}

== a mirror may begin at a sequence #334~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":2}
A> PUB o.3 _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"stream":"O","seq":3}
A> PUB o.4 _I.4 1
A> x
A< MSG _I.4 1 <number>
A< ~{"stream":"O","seq":4}
A> PUB $JS.API.STREAM.CREATE.M _I.5 52
A> {"name":"M","mirror":{"name":"O","opt_start_seq":3}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.INFO.M _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"state":{"messages":2,"first_seq":3,"last_seq":4}}

== a mirror may begin at a time #334~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB $JS.API.STREAM.CREATE.M _I.2 74
A> {"name":"M","mirror":{"name":"O","opt_start_time":"2100-01-01T00:00:00Z"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.N _I.3 74
A> {"name":"N","mirror":{"name":"O","opt_start_time":"2001-01-01T00:00:00Z"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.INFO.M _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"state":{"messages":0,"first_seq":2,"last_seq":1}}
A> PUB $JS.API.STREAM.INFO.N _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"state":{"messages":1,"last_seq":1}}

== a mirror may begin where its origin is not yet #334~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB $JS.API.STREAM.CREATE.M _I.2 54
A> {"name":"M","mirror":{"name":"O","opt_start_seq":100}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.INFO.M _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"state":{"messages":0,"first_seq":100,"last_seq":99}}

== a mirror of what was purged begins where its origin does #423~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":2}
A> PUB $JS.API.STREAM.PURGE.O _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"success":true,"purged":2}
A> PUB $JS.API.STREAM.CREATE.M _I.4 34
A> {"name":"M","mirror":{"name":"O"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.INFO.M _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"state":{"messages":0,"first_seq":3,"last_seq":2}}

== a mirror may filter #334~ #426~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":2}
A> PUB o.3 _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"stream":"O","seq":3}
A> PUB $JS.API.STREAM.CREATE.M _I.4 57
A> {"name":"M","mirror":{"name":"O","filter_subject":"o.2"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.INFO.M _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"state":{"messages":1,"first_seq":2,"last_seq":2},"mirror":{"filter_subject":"o.2"}}

== a mirror may rename, and takes nothing else then #334~ #426~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":2}
A> PUB o.3 _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"stream":"O","seq":3}
A> PUB $JS.API.STREAM.CREATE.M _I.4 110
A> {"name":"M","mirror":{"name":"O","subject_transforms":[{"src":"o.1","dest":"x.one"},{"src":"o.3","dest":""}]}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.INFO.M _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"state":{"messages":2,"first_seq":1,"last_seq":3},"mirror":{"subject_transforms":[{"src":"o.1","dest":"x.one"},{"src":"o.3","dest":""}]}}
A> PUB $JS.API.STREAM.MSG.GET.M _I.6 9
A> {"seq":1}
A< MSG _I.6 1 <number>
A< ~{"message":{"subject":"x.one"}}
A> PUB $JS.API.STREAM.MSG.GET.M _I.7 9
A> {"seq":3}
A< MSG _I.7 1 <number>
A< ~{"message":{"subject":"o.3"}}

== a mirror transforms by its own transform too #426~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB $JS.API.STREAM.CREATE.M _I.2 81
A> {"name":"M","mirror":{"name":"O"},"subject_transform":{"src":">","dest":"pre.>"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.MSG.GET.M _I.3 9
A> {"seq":1}
A< MSG _I.3 1 <number>
A< ~{"message":{"subject":"pre.o.1","seq":1}}

== what was expected of the origin is not expected of a mirror #431~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> HPUB o.1 _I.1 59 60
A> NATS/1.0\r\nA: b\r\nNats-Expected-Stream: O\r\nNats-Msg-Id: i\r\n\r\nx
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB $JS.API.STREAM.CREATE.M _I.2 54
A> {"name":"M","mirror":{"name":"O"},"allow_direct":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.DIRECT.GET.M _I.3 9
A> {"seq":1}
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nA: b\r\nNats-Msg-Id: i\r\nNats-Stream: M\r\nNats-Subject: o.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx

== a mirror says that it waits for its origin #427~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.M _I.0 37
A> {"name":"M","mirror":{"name":"NOPE"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 9000
A> PUB $JS.API.STREAM.INFO.M _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"mirror":{"name":"NOPE","lag":0,"active":-1,"error":{"code":404,"err_code":10059,"description":"stream not found"}}}

== a mirror that is full takes nothing more #334~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":2}
A> PUB o.3 _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"stream":"O","seq":3}
A> PUB o.4 _I.4 1
A> x
A< MSG _I.4 1 <number>
A< ~{"stream":"O","seq":4}
A> PUB $JS.API.STREAM.CREATE.M _I.5 63
A> {"name":"M","mirror":{"name":"O"},"max_msgs":2,"discard":"new"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 2000
A> PUB $JS.API.STREAM.INFO.M _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"state":{"messages":2,"last_seq":2}}

== a mirror inherits direct gets and answers them when its origin is gone #332~ #422
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 51
A> {"name":"O","allow_direct":true,"subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB $JS.API.STREAM.CREATE.M _I.2 34
A> {"name":"M","mirror":{"name":"O"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"mirror_direct":true,"allow_direct":false}}
wait 1200
A> PUB $JS.API.STREAM.DELETE.O _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"success":true}
A> PUB $JS.API.DIRECT.GET.O.o.1 _I.4 0
A> 
A< HMSG _I.4 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: M\r\nNats-Subject: o.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx

== pedantic requests must say that a mirror answers direct gets #332~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 51
A> {"name":"O","allow_direct":true,"subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.M _I.1 50
A> {"name":"M","mirror":{"name":"O"},"pedantic":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10157,"description":"pedantic mode: origin stream has direct get set, mirror has it disabled"}}

== what a mirror can not have #334~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 50
A> {"name":"O","max_msg_size":100,"subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.M _I.1 51
A> {"name":"M","mirror":{"name":"O"},"subjects":["a"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.M _I.2 48
A> {"name":"M","mirror":{"name":"O"},"first_seq":5}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10143,"description":"stream mirrors can not have first sequence configured"}}
A> PUB $JS.API.STREAM.CREATE.M _I.3 59
A> {"name":"M","mirror":{"name":"O"},"sources":[{"name":"X"}]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10031,"description":"stream mirrors can not also contain other sources"}}
A> PUB $JS.API.STREAM.CREATE.M _I.4 36
A> {"name":"M","mirror":{"name":"a.b"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10142,"description":"mirrored stream name is invalid"}}
A> PUB $JS.API.STREAM.CREATE.M _I.5 24
A> {"name":"M","mirror":{}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10142,"description":"mirrored stream name is invalid"}}
A> PUB $JS.API.STREAM.CREATE.M _I.6 52
A> {"name":"M","mirror":{"name":"O"},"max_msg_size":10}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10030,"description":"stream mirror must have max message size >= source"}}
A> PUB $JS.API.STREAM.CREATE.M _I.7 73
A> {"name":"M","mirror":{"name":"O"},"subject_delete_marker_ttl":1000000000}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"subject delete markers forbidden on mirrors"}}
A> PUB $JS.API.STREAM.CREATE.M _I.8 59
A> {"name":"M","mirror":{"name":"O"},"allow_msg_counter":true}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10173,"description":"stream mirrors can not also calculate counters"}}
A> PUB $JS.API.STREAM.CREATE.M _I.9 54
A> {"name":"M","mirror":{"name":"O"},"allow_atomic":true}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10198,"description":"stream mirrors can not also use atomic publishing"}}
A> PUB $JS.API.STREAM.CREATE.M _I.10 44
A> {"name":"M","mirror":{"name":"O","bogus":1}}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: json: unknown field \"bogus\""}}

== filters and transforms of a mirror that can not be #426~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.M _I.0 105
A> {"name":"M","mirror":{"name":"O","subject_transforms":[{"src":"o.b","dest":"x"}],"filter_subject":"o.a"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10150,"description":"mirror with multiple subject transforms cannot also have a single subject filter"}}
A> PUB $JS.API.STREAM.CREATE.M _I.1 83
A> {"name":"M","mirror":{"name":"O","subject_transforms":[{"src":"o..b","dest":"x"}]}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10151,"description":"mirror transform source: invalid subject o..b"}}
A> PUB $JS.API.STREAM.CREATE.M _I.2 85
A> {"name":"M","mirror":{"name":"O","subject_transforms":[{"src":"o.*","dest":"x.$2"}]}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10154,"description":"mirror transform: invalid mapping destination: wildcard index out of range in $2: [2]"}}
A> PUB $JS.API.STREAM.CREATE.M _I.3 94
A> {"name":"M","mirror":{"name":"O","subject_transforms":[{"src":"o.*","dest":"x.{{nope(1)}}"}]}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10154,"description":"mirror transform: invalid mapping destination: unknown function in {{nope(1)}}"}}
A> PUB $JS.API.STREAM.CREATE.M _I.4 110
A> {"name":"M","mirror":{"name":"O","subject_transforms":[{"src":"o.*","dest":"x.$1"},{"src":"o.a","dest":"y"}]}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10152,"description":"mirror subject filters can not overlap"}}
A> PUB $JS.API.STREAM.CREATE.M _I.5 58
A> {"name":"M","mirror":{"name":"O","filter_subject":"o..x"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10049,"description":"subject filter 'o..x' for the mirror invalid subject"}}

== where another JetStream can not be #425~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.M _I.0 72
A> {"name":"M","mirror":{"name":"O","external":{"api":"a.*","deliver":""}}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream external api prefix \"a.*\" must be a valid subject without wildcards"}}
A> PUB $JS.API.STREAM.CREATE.M _I.1 76
A> {"name":"M","mirror":{"name":"O","external":{"api":"$JS.API","deliver":""}}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10021,"description":"stream external api prefix $JS.API must not overlap with $JS.API"}}
A> PUB $JS.API.STREAM.CREATE.M _I.2 75
A> {"name":"M","mirror":{"name":"O","external":{"api":"a.b","deliver":"d.*"}}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10024,"description":"stream external delivery prefix d.* must not contain wildcards"}}
A> PUB $JS.API.STREAM.CREATE.S _I.3 78
A> {"name":"S","sources":[{"name":"O","external":{"api":"a.b","deliver":"d.*"}}]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10024,"description":"stream external delivery prefix d.* must not contain wildcards"}}

== another JetStream may come later #425~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.M _I.0 80
A> {"name":"M","mirror":{"name":"O","external":{"api":"$JS.hub.API","deliver":""}}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"mirror":{"name":"O","external":{"api":"$JS.hub.API","deliver":""},"lag":0,"active":-1}}
A> PUB $JS.API.STREAM.CREATE.S _I.1 83
A> {"name":"S","sources":[{"name":"O","external":{"api":"$JS.hub.API","deliver":""}}]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"sources":[{"name":"O","external":{"api":"$JS.hub.API","deliver":""},"lag":0,"active":-1}]}

== a mirror can not be changed but for its limits #334~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.M _I.1 34
A> {"name":"M","mirror":{"name":"O"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.UPDATE.M _I.2 34
A> {"name":"M","mirror":{"name":"X"}}
A< MSG _I.2 1 <number>
A< ~{"error":{"code":400,"err_code":10055,"description":"stream mirror configuration can not be updated"}}
A> PUB $JS.API.STREAM.UPDATE.M _I.3 57
A> {"name":"M","mirror":{"name":"O","filter_subject":"o.1"}}
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10055,"description":"stream mirror configuration can not be updated"}}
A> PUB $JS.API.STREAM.UPDATE.O _I.4 34
A> {"name":"O","mirror":{"name":"X"}}
A< MSG _I.4 1 <number>
A< ~{"error":{"code":400,"err_code":10055,"description":"stream mirror configuration can not be updated"}}
A> PUB $JS.API.STREAM.UPDATE.M _I.5 47
A> {"name":"M","mirror":{"name":"O"},"max_msgs":3}
A< MSG _I.5 1 <number>
A< ~{"config":{"max_msgs":3,"mirror":{"name":"O"}},"error":"<absent>"}

== a mirror without its mirror is a stream #428
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB $JS.API.STREAM.CREATE.M _I.2 34
A> {"name":"M","mirror":{"name":"O"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.UPDATE.M _I.3 12
A> {"name":"M"}
A< MSG _I.3 1 <number>
A< ~{"config":{"subjects":["M"],"mirror":"<absent>","duplicate_window":120000000000},"mirror":"<absent>"}
A> PUB M _I.4 3
A> own
A< MSG _I.4 1 <number>
A< ~{"stream":"M","seq":2}
A> PUB o.2 _I.5 1
A> x
A< MSG _I.5 1 <number>
A< ~{"stream":"O","seq":2}
wait 500
A> PUB $JS.API.STREAM.INFO.M _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"state":{"messages":2,"last_seq":2}}

== a source writes where its messages come from #335~ #424
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> HPUB o.2 _I.2 43 44
A> NATS/1.0\r\nA: b\r\nNats-Expected-Stream: O\r\n\r\ny
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":2}
A> PUB $JS.API.STREAM.CREATE.S _I.3 57
A> {"name":"S","sources":[{"name":"O"}],"allow_direct":true}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"sources":[{"name":"O"}],"subjects":"<absent>","duplicate_window":"<absent>"},"sources":[{"name":"O","lag":0,"active":-1}],"mirror":"<absent>"}
wait 1200
A> PUB $JS.API.DIRECT.GET.S _I.4 9
A> {"seq":1}
A< HMSG _I.4 1 <number> <number>
A< NATS/1.0\r\nNats-Stream-Source: O 1 > > o.1 <word>\r\nNats-Stream: S\r\nNats-Subject: o.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx
A> PUB $JS.API.DIRECT.GET.S _I.5 9
A> {"seq":2}
A< HMSG _I.5 1 <number> <number>
A< NATS/1.0\r\nA: b\r\nNats-Stream-Source: O 2 > > o.2 <word>\r\nNats-Stream: S\r\nNats-Subject: o.2\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\n\r\ny
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"sources":[{"name":"O","lag":0,"seq":2}]}

== a filtered source says so #424~ #426~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> y
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":2}
A> PUB $JS.API.STREAM.CREATE.S _I.3 80
A> {"name":"S","sources":[{"name":"O","filter_subject":"o.2"}],"allow_direct":true}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.DIRECT.GET.S _I.4 9
A> {"seq":1}
A< HMSG _I.4 1 <number> <number>
A< NATS/1.0\r\nNats-Stream-Source: O 2 o.2 > o.2 <word>\r\nNats-Stream: S\r\nNats-Subject: o.2\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\ny
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"sources":[{"name":"O","filter_subject":"o.2","seq":2}]}

== a source that renames says so #424~ #426~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> y
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":2}
A> PUB $JS.API.STREAM.CREATE.S _I.3 108
A> {"name":"S","sources":[{"name":"O","subject_transforms":[{"src":"o.*","dest":"n.$1"}]}],"allow_direct":true}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.DIRECT.GET.S _I.4 9
A> {"seq":2}
A< HMSG _I.4 1 <number> <number>
A< NATS/1.0\r\nNats-Stream-Source: O 2 o.* n.$1 o.2 <word>\r\nNats-Stream: S\r\nNats-Subject: n.2\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\n\r\ny

== a source of a source names the nearest #424~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB $JS.API.STREAM.CREATE.S _I.2 37
A> {"name":"S","sources":[{"name":"O"}]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.T _I.3 57
A> {"name":"T","sources":[{"name":"S"}],"allow_direct":true}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 2000
A> PUB $JS.API.DIRECT.GET.T _I.4 9
A> {"seq":1}
A< HMSG _I.4 1 <number> <number>
A< NATS/1.0\r\nNats-Stream-Source: S 1 > > o.1 <word>\r\nNats-Stream: T\r\nNats-Subject: o.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx

== a stream with sources takes publishes too #335~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB $JS.API.STREAM.CREATE.S _I.2 54
A> {"name":"S","subjects":["s"],"sources":[{"name":"O"}]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB s _I.3 3
A> own
A< MSG _I.3 1 <number>
A< ~{"stream":"S","seq":2}

== sources begin where they are told #335~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":2}
A> PUB o.3 _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"stream":"O","seq":3}
A> PUB $JS.API.STREAM.CREATE.S _I.4 55
A> {"name":"S","sources":[{"name":"O","opt_start_seq":3}]}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"state":{"messages":1,"first_seq":1,"last_seq":1},"sources":[{"seq":3}]}

== one origin may be two sources with different filters #335~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":2}
A> PUB o.3 _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"stream":"O","seq":3}
A> PUB $JS.API.STREAM.CREATE.S _I.4 96
A> {"name":"S","sources":[{"name":"O","filter_subject":"o.1"},{"name":"O","filter_subject":"o.3"}]}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"state":{"messages":2,"last_seq":2}}

== ids of sources are known where a window is asked for #328~ #335~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.A _I.0 29
A> {"name":"A","subjects":["a"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.B _I.1 29
A> {"name":"B","subjects":["b"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> HPUB a _I.2 28 29
A> NATS/1.0\r\nNats-Msg-Id: i\r\n\r\nx
A< MSG _I.2 1 <number>
A< ~{"stream":"A","seq":1}
A> HPUB b _I.3 28 29
A> NATS/1.0\r\nNats-Msg-Id: i\r\n\r\nx
A< MSG _I.3 1 <number>
A< ~{"stream":"B","seq":1}
A> PUB $JS.API.STREAM.CREATE.S _I.4 81
A> {"name":"S","sources":[{"name":"A"},{"name":"B"}],"duplicate_window":60000000000}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.T _I.5 50
A> {"name":"T","sources":[{"name":"A"},{"name":"B"}]}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"state":{"messages":1}}
A> PUB $JS.API.STREAM.INFO.T _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"state":{"messages":2}}

== only the server may say where a message comes from #424~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.S _I.1 54
A> {"name":"S","subjects":["s"],"sources":[{"name":"O"}]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> HPUB o.1 _I.2 45 46
A> NATS/1.0\r\nNats-Stream-Source: O 1 > > o.1\r\n\r\nx
A< MSG _I.2 1 <number>
A< ~{"error":{"code":400,"err_code":10227,"description":"message stream source header is not allowed"},"stream":"O","seq":0}
A> HPUB s _I.3 45 46
A> NATS/1.0\r\nNats-Stream-Source: O 1 > > o.1\r\n\r\nx
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10227,"description":"message stream source header is not allowed"},"stream":"S","seq":0}

== what sources can not be #335~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 50
A> {"name":"O","max_msg_size":100,"subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.S _I.1 50
A> {"name":"S","sources":[{"name":"O"},{"name":"O"}]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10140,"description":"duplicate source configuration detected"}}
A> PUB $JS.API.STREAM.CREATE.S _I.2 39
A> {"name":"S","sources":[{"name":"a.b"}]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10141,"description":"sourced stream name is invalid"}}
A> PUB $JS.API.STREAM.CREATE.S _I.3 27
A> {"name":"S","sources":[{}]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10141,"description":"sourced stream name is invalid"}}
A> PUB $JS.API.STREAM.CREATE.S _I.4 29
A> {"name":"S","sources":[null]}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10141,"description":"sourced stream name is invalid"}}
A> PUB $JS.API.STREAM.CREATE.S _I.5 55
A> {"name":"S","sources":[{"name":"O"}],"max_msg_size":10}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10046,"description":"stream source must have max message size >= target"}}
A> PUB $JS.API.STREAM.CREATE.S _I.6 108
A> {"name":"S","sources":[{"name":"O","subject_transforms":[{"src":"o.b","dest":"x"}],"filter_subject":"o.a"}]}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10144,"description":"source with multiple subject transforms cannot also have a single subject filter"}}
A> PUB $JS.API.STREAM.CREATE.S _I.7 86
A> {"name":"S","sources":[{"name":"O","subject_transforms":[{"src":"o..b","dest":"x"}]}]}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10145,"description":"source transform source: invalid subject o..b"}}
A> PUB $JS.API.STREAM.CREATE.S _I.8 88
A> {"name":"S","sources":[{"name":"O","subject_transforms":[{"src":"o.*","dest":"x..y"}]}]}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10146,"description":"source transform: invalid mapping destination: invalid transform"}}
A> PUB $JS.API.STREAM.CREATE.S _I.9 113
A> {"name":"S","sources":[{"name":"O","subject_transforms":[{"src":"o.*","dest":"x.$1"},{"src":"o.a","dest":"y"}]}]}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10147,"description":"source filters can not overlap"}}
A> PUB $JS.API.STREAM.CREATE.S _I.10 61
A> {"name":"S","sources":[{"name":"O","filter_subject":"o..x"}]}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10049,"description":"subject filter 'o..x' for the source: invalid subject"}}

== sources may not lead back #335~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 54
A> {"name":"S","subjects":["s"],"sources":[{"name":"S"}]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"detected cycle"}}
A> PUB $JS.API.STREAM.CREATE.M _I.1 34
A> {"name":"M","mirror":{"name":"M"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"detected cycle"}}
A> PUB $JS.API.STREAM.CREATE.A _I.2 54
A> {"name":"A","subjects":["a"],"sources":[{"name":"B"}]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.B _I.3 54
A> {"name":"B","subjects":["b"],"sources":[{"name":"A"}]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"detected cycle"}}
A> PUB $JS.API.STREAM.CREATE.B _I.4 34
A> {"name":"B","mirror":{"name":"A"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"detected cycle"}}
A> PUB $JS.API.STREAM.CREATE.S _I.5 75
A> {"name":"S","subjects":["s"],"sources":[{"name":"S","filter_subject":"y"}]}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}

== sources come and go, and go on where they were #335~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.P _I.1 29
A> {"name":"P","subjects":["p"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB p _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"stream":"P","seq":1}
A> PUB $JS.API.STREAM.CREATE.S _I.4 54
A> {"name":"S","subjects":["s"],"sources":[{"name":"O"}]}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB $JS.API.STREAM.UPDATE.S _I.5 67
A> {"name":"S","subjects":["s"],"sources":[{"name":"O"},{"name":"P"}]}
A< MSG _I.5 1 <number>
A< ~{"config":{"sources":[{"name":"O"},{"name":"P"}]}}
wait 1200
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"state":{"messages":2,"last_seq":2}}
A> PUB $JS.API.STREAM.UPDATE.S _I.7 29
A> {"name":"S","subjects":["s"]}
A< MSG _I.7 1 <number>
A< ~{"config":{"sources":"<absent>"},"sources":"<absent>"}
A> PUB o.2 _I.8 1
A> x
A< MSG _I.8 1 <number>
A< ~{"stream":"O","seq":2}
wait 300
A> PUB $JS.API.STREAM.INFO.S _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"state":{"messages":2,"last_seq":2}}
A> PUB $JS.API.STREAM.UPDATE.S _I.10 54
A> {"name":"S","subjects":["s"],"sources":[{"name":"O"}]}
A< MSG _I.10 1 <number>
A< ~{"sources":[{"name":"O"}]}
wait 1200
A> PUB $JS.API.STREAM.INFO.S _I.11 0
A> 
A< MSG _I.11 1 <number>
A< ~{"state":{"messages":3,"last_seq":3},"sources":[{"seq":2}]}

== a work queue loses what another stream took #335~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.W _I.0 53
A> {"name":"W","subjects":["w"],"retention":"workqueue"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB w _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"W","seq":1}
A> PUB $JS.API.STREAM.CREATE.S _I.2 37
A> {"name":"S","sources":[{"name":"W"}]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 2500
A> PUB $JS.API.STREAM.INFO.W _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"state":{"messages":0,"first_seq":2,"last_seq":1}}
A> PUB $JS.API.STREAM.INFO.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"state":{"messages":1}}

== a work queue keeps what its consumer has not had, though another stream took it #335~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.W _I.0 53
A> {"name":"W","subjects":["w"],"retention":"workqueue"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.CONSUMER.CREATE.W.C _I.1 84
A> {"stream_name":"W","config":{"name":"C","durable_name":"C","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"name":"C"}
A> PUB $JS.API.STREAM.CREATE.S _I.2 37
A> {"name":"S","sources":[{"name":"W"}]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB w _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"stream":"W","seq":1}
wait 2500
A> PUB $JS.API.STREAM.INFO.W _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"state":{"messages":1}}
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"state":{"messages":1}}

== an interest stream keeps messages for its takers alone, and until they have them #335~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.I _I.0 54
A> {"name":"I","subjects":["i.*"],"retention":"interest"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.S _I.1 60
A> {"name":"S","sources":[{"name":"I","filter_subject":"i.1"}]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB i.1 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< ~{"stream":"I","seq":1}
A> PUB i.2 _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"stream":"I","seq":2}
wait 2500
A> PUB $JS.API.STREAM.INFO.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"state":{"messages":1},"sources":[{"seq":1}]}
A> PUB $JS.API.STREAM.INFO.I _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"state":{"messages":0,"last_seq":2}}

== a roll-up is followed where roll-ups are allowed #335~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 56
A> {"name":"O","allow_rollup_hdrs":true,"subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.S _I.1 62
A> {"name":"S","allow_rollup_hdrs":true,"sources":[{"name":"O"}]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.M _I.2 34
A> {"name":"M","mirror":{"name":"O"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
A> PUB o.1 _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"stream":"O","seq":1}
wait 300
A> HPUB o.1 _I.4 30 31
A> NATS/1.0\r\nNats-Rollup: sub\r\n\r\ny
A< MSG _I.4 1 <number>
A< ~{"stream":"O","seq":2}
wait 1200
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"state":{"messages":1,"first_seq":2}}
A> PUB $JS.API.STREAM.INFO.M _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"state":{"messages":2,"first_seq":1}}

== mirrors and sources are as they were after a restart #334~ #335~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB o.1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< ~{"stream":"O","seq":1}
A> PUB $JS.API.STREAM.CREATE.M _I.2 34
A> {"name":"M","mirror":{"name":"O"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.STREAM.CREATE.S _I.3 37
A> {"name":"S","sources":[{"name":"O"}]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
wait 1200
restart
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _I.> 1
B> PUB o.2 _I.x 4
B> more
B< MSG _I.x 1 <number>
B< ~{"stream":"O","seq":2}
wait 2500
B> PUB $JS.API.STREAM.INFO.M _I.M 0
B> 
B< MSG _I.M 1 <number>
B< ~{"state":{"messages":2,"last_seq":2}}
B> PUB $JS.API.STREAM.INFO.S _I.S 0
B> 
B< MSG _I.S 1 <number>
B< ~{"state":{"messages":2,"last_seq":2}}
