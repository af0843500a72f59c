# Whatever rewrites, stores or redirects a message reaches no further than the rights of whoever sent it, and what the server itself sends is
# no request to JetStream. `docs/security.md` has the list of origins and what each may address.

== where a mapping leads must be allowed #117 @error
conf:
  mappings { "open.*": "secret.$1" }
  authorization { users: [
    { user: eve, password: p, permissions: { publish: { deny: ["secret.>"] } } }
    { user: all, password: p }
  ] }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"all","pass":"p"}
A> SUB _I.A.> 1
A> SUB secret.> 2
A: sync
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"eve","pass":"p"}
B> SUB _I.B.> 1
B> PUB open.x 0
B> 
B< -ERR 'Permissions Violation for Publish to "secret.x"'
A: silent

== a mapping leads to no subject that isn't allowed #117 @error
conf:
  mappings { "open.*": "secret.$1" }
  authorization { users: [
    { user: bob, password: p, permissions: { publish: { allow: ["open.*"] } } }
  ] }
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"bob","pass":"p"}
B> SUB _I.B.> 1
B> PUB open.x 0
B> 
B< -ERR 'Permissions Violation for Publish to "secret.x"'

== a mapping may lead to what is allowed #117
conf:
  mappings { "open.*": "secret.$1" }
  authorization { users: [
    { user: bob, password: p, permissions: { publish: { allow: ["secret.*"] } } }
    { user: all, password: p }
  ] }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"all","pass":"p"}
A> SUB _I.A.> 1
A> SUB secret.> 2
A: sync
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"bob","pass":"p"}
B> SUB _I.B.> 1
B> PUB open.x 0
B> 
A< MSG secret.x 2 0
A< 

== a deny holds before a mapping, too #117~ @error
only ours: a publish deny and a mapping
conf:
  mappings { "open.*": "secret.$1" }
  authorization { users: [
    { user: bob, password: p, permissions: { publish: { deny: ["open.*"] } } }
    { user: all, password: p }
  ] }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"all","pass":"p"}
A> SUB _I.A.> 1
A> SUB secret.> 2
A: sync
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"bob","pass":"p"}
B> SUB _I.B.> 1
B> PUB open.x 0
B> 
B< -ERR 'Permissions Violation for Publish to "open.x"'
A: silent

== a deny holds after a mapping alone #117~ @error
only reference: a publish deny and a mapping
conf:
  mappings { "open.*": "secret.$1" }
  authorization { users: [
    { user: bob, password: p, permissions: { publish: { deny: ["open.*"] } } }
    { user: all, password: p }
  ] }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"all","pass":"p"}
A> SUB _I.A.> 1
A> SUB secret.> 2
A: sync
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"bob","pass":"p"}
B> SUB _I.B.> 1
B> PUB open.x 0
B> 
A< MSG secret.x 2 0
A< 

== a domain leads to no request that isn't allowed #444~ @error
conf:
  jetstream { store_dir: "<dir>/js", domain: hub }
  authorization { users: [
    { user: eve, password: p, permissions: { publish: { deny: ["$JS.API.STREAM.DELETE.>"] } } }
  ] }
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"eve","pass":"p"}
B> SUB _I.B.> 1
B> PUB $JS.API.STREAM.CREATE.V _I.B.1 29
B> {"name":"V","subjects":["v"]}
B< MSG _I.B.1 1 <number>
B< ~{"did_create":true,"config":{"name":"V"}}
B> PUB $JS.hub.API.STREAM.DELETE.V _I.B.d 0
B> 
B< -ERR 'Permissions Violation for Publish to "$JS.API.STREAM.DELETE.V"'
B> PUB $JS.hub.API.STREAM.INFO.V _I.B.2 0
B> 
B< MSG _I.B.2 1 <number>
B< ~{"config":{"name":"V"}}

== a request to the domain is one to the API, for whoever listens #444~
conf:
  jetstream { store_dir: "<dir>/js", domain: hub }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.A.> 1
A> SUB $JS.API.> 2
A> PUB $JS.hub.API.INFO _I.A.d 0
A> 
A: any order
  MSG $JS.API.INFO 2 _I.A.d 0\r\n
  MSG _I.A.d 1 <number>\r\n<any>

== the answer to a direct get is no request #418~
only ours: what the server sends is no request
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.V _I.A.3 29
A> {"name":"V","subjects":["v"]}
A< MSG _I.A.3 1 <number>
A< ~{"did_create":true,"config":{"name":"V"}}
A> PUB $JS.API.STREAM.CREATE.S _I.A.4 52
A> {"name":"S","subjects":["ev.>"],"allow_direct":true}
A< MSG _I.A.4 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
A> PUB ev.1 0
A> 
A> PUB $JS.API.DIRECT.GET.S $JS.API.STREAM.DELETE.V 9
A> {"seq":1}
A: sync
A> PUB $JS.API.STREAM.INFO.V _I.A.5 0
A> 
A< MSG _I.A.5 1 <number>
A< ~{"config":{"name":"V"}}

== the answer to a direct get is a request #418~
only reference: what the server sends is no request
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.V _I.A.6 29
A> {"name":"V","subjects":["v"]}
A< MSG _I.A.6 1 <number>
A< ~{"did_create":true,"config":{"name":"V"}}
A> PUB $JS.API.STREAM.CREATE.S _I.A.7 52
A> {"name":"S","subjects":["ev.>"],"allow_direct":true}
A< MSG _I.A.7 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
A> PUB ev.1 0
A> 
A> PUB $JS.API.DIRECT.GET.S $JS.API.STREAM.DELETE.V 9
A> {"seq":1}
A: sync
A> PUB $JS.API.STREAM.INFO.V _I.A.8 0
A> 
A< MSG _I.A.8 1 <number>
A< ~{"error":{"err_code":10059,"description":"stream not found"}}

== what is published again is no request #366~
only ours: what the server sends is no request
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.V _I.A.9 29
A> {"name":"V","subjects":["v"]}
A< MSG _I.A.9 1 <number>
A< ~{"did_create":true,"config":{"name":"V"}}
A> PUB $JS.API.STREAM.CREATE.S _I.A.10 110
A> {"name":"S","subjects":["ev.*.*.>"],"republish":{"src":"ev.*.*.>","dest":"{{wildcard(1)}}.{{wildcard(2)}}.>"}}
A< MSG _I.A.10 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
A> PUB ev.$JS.API.STREAM.DELETE.V _I.A.p 0
A> 
A< MSG _I.A.p 1 <number>
A< <any>
wait 200
A> PUB $JS.API.STREAM.INFO.V _I.A.11 0
A> 
A< MSG _I.A.11 1 <number>
A< ~{"config":{"name":"V"}}

== what is published again is a request #366~
only reference: what the server sends is no request
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.V _I.A.12 29
A> {"name":"V","subjects":["v"]}
A< MSG _I.A.12 1 <number>
A< ~{"did_create":true,"config":{"name":"V"}}
A> PUB $JS.API.STREAM.CREATE.S _I.A.13 110
A> {"name":"S","subjects":["ev.*.*.>"],"republish":{"src":"ev.*.*.>","dest":"{{wildcard(1)}}.{{wildcard(2)}}.>"}}
A< MSG _I.A.13 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
A> PUB ev.$JS.API.STREAM.DELETE.V _I.A.p 0
A> 
A< MSG _I.A.p 1 <number>
A< <any>
wait 200
A> PUB $JS.API.STREAM.INFO.V _I.A.14 0
A> 
A< MSG _I.A.14 1 <number>
A< ~{"error":{"err_code":10059,"description":"stream not found"}}

== what is published again is no ack #366~
only ours: what the server sends is no request
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.V _I.A.15 29
A> {"name":"V","subjects":["v"]}
A< MSG _I.A.15 1 <number>
A< ~{"did_create":true,"config":{"name":"V"}}
A> PUB v 1
A> x
A> PUB $JS.API.CONSUMER.CREATE.V.D _I.A.16 84
A> {"stream_name":"V","config":{"name":"D","durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.A.16 1 <number>
A< ~{"stream_name":"V","name":"D"}
A> PUB $JS.API.CONSUMER.MSG.NEXT.V.D _I.A.m 1
A> 1
A< MSG v 1 $JS.ACK.V.D.1.1.1.<time:number>.0 1
A< x
A> PUB $JS.API.STREAM.CREATE.S _I.A.17 110
A> {"name":"S","subjects":["ev.*.*.>"],"republish":{"src":"ev.*.*.>","dest":"{{wildcard(1)}}.{{wildcard(2)}}.>"}}
A< MSG _I.A.17 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
A> PUB ev.$JS.ACK.V.D.1.1.1.<time>.0 _I.A.p 0
A> 
A< MSG _I.A.p 1 <number>
A< <any>
wait 200
A> PUB $JS.API.CONSUMER.INFO.V.D _I.A.18 0
A> 
A< MSG _I.A.18 1 <number>
A< ~{"num_ack_pending":1}

== what is published again is an ack #366~
only reference: what the server sends is no request
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.V _I.A.19 29
A> {"name":"V","subjects":["v"]}
A< MSG _I.A.19 1 <number>
A< ~{"did_create":true,"config":{"name":"V"}}
A> PUB v 1
A> x
A> PUB $JS.API.CONSUMER.CREATE.V.D _I.A.20 84
A> {"stream_name":"V","config":{"name":"D","durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.A.20 1 <number>
A< ~{"stream_name":"V","name":"D"}
A> PUB $JS.API.CONSUMER.MSG.NEXT.V.D _I.A.m 1
A> 1
A< MSG v 1 $JS.ACK.V.D.1.1.1.<time:number>.0 1
A< x
A> PUB $JS.API.STREAM.CREATE.S _I.A.21 110
A> {"name":"S","subjects":["ev.*.*.>"],"republish":{"src":"ev.*.*.>","dest":"{{wildcard(1)}}.{{wildcard(2)}}.>"}}
A< MSG _I.A.21 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
A> PUB ev.$JS.ACK.V.D.1.1.1.<time>.0 _I.A.p 0
A> 
A< MSG _I.A.p 1 <number>
A< <any>
wait 200
A> PUB $JS.API.CONSUMER.INFO.V.D _I.A.22 0
A> 
A< MSG _I.A.22 1 <number>
A< ~{"num_ack_pending":0}

== answers and deliveries to the API delete nothing #183~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.V _I.A.23 29
A> {"name":"V","subjects":["v"]}
A< MSG _I.A.23 1 <number>
A< ~{"did_create":true,"config":{"name":"V"}}
A> PUB $JS.API.STREAM.CREATE.S _I.A.24 32
A> {"name":"S","subjects":["ev.>"]}
A< MSG _I.A.24 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
A> PUB $JS.API.CONSUMER.CREATE.S.P _I.A.25 61
A> {"stream_name":"S","config":{"name":"P","ack_policy":"none"}}
A< MSG _I.A.25 1 <number>
A< ~{"stream_name":"S","name":"P"}
A> PUB ev.1 0
A> 
A> PUB $JS.API.CONSUMER.MSG.NEXT.S.P $JS.API.STREAM.DELETE.V 1
A> 1
A> PUB ev.2 $JS.API.STREAM.DELETE.V 0
A> 
A> PUB $JS.API.INFO $JS.API.STREAM.DELETE.V 0
A> 
A> PUB $JS.API.STREAM.MSG.GET.S $JS.API.STREAM.DELETE.V 9
A> {"seq":1}
wait 200
A> PUB $JS.API.STREAM.INFO.V _I.A.26 0
A> 
A< MSG _I.A.26 1 <number>
A< ~{"config":{"name":"V"}}

== no definition sends to the server's own subjects #183~ @error
only ours: definitions that send to the server's own subjects
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.V _I.A.27 29
A> {"name":"V","subjects":["v"]}
A< MSG _I.A.27 1 <number>
A< ~{"did_create":true,"config":{"name":"V"}}
A> PUB $JS.API.STREAM.CREATE.S _I.A.28 32
A> {"name":"S","subjects":["ev.>"]}
A< MSG _I.A.28 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
A> PUB $JS.API.CONSUMER.CREATE.S.c _I.A.29 105
A> {"stream_name":"S","config":{"name":"c","deliver_subject":"$JS.API.STREAM.DELETE.V","ack_policy":"none"}}
A< MSG _I.A.29 1 <number>
A< ~{"error":{"err_code":10112,"description":"deliver subject: $JS.API.STREAM.DELETE.V is for the server alone"}}
A> PUB $JS.API.CONSUMER.CREATE.S.c _I.A.30 103
A> {"stream_name":"S","config":{"name":"c","deliver_subject":"$JS.ACK.V.D.1.1.1.1.0","ack_policy":"none"}}
A< MSG _I.A.30 1 <number>
A< ~{"error":{"err_code":10112,"description":"deliver subject: $JS.ACK.V.D.1.1.1.1.0 is for the server alone"}}
A> PUB $JS.API.CONSUMER.CREATE.S.c _I.A.31 94
A> {"stream_name":"S","config":{"name":"c","deliver_subject":"$JS.FC.V.D.x","ack_policy":"none"}}
A< MSG _I.A.31 1 <number>
A< ~{"error":{"err_code":10112,"description":"deliver subject: $JS.FC.V.D.x is for the server alone"}}
A> PUB $JS.API.CONSUMER.CREATE.S.c _I.A.32 109
A> {"stream_name":"S","config":{"name":"c","deliver_subject":"$JS.hub.API.STREAM.DELETE.V","ack_policy":"none"}}
A< MSG _I.A.32 1 <number>
A< ~{"error":{"err_code":10112,"description":"deliver subject: $JS.hub.API.STREAM.DELETE.V is for the server alone"}}
A> PUB $JS.API.CONSUMER.CREATE.S.c _I.A.33 102
A> {"stream_name":"S","config":{"name":"c","deliver_subject":"$SYS.REQ.SERVER.PING","ack_policy":"none"}}
A< MSG _I.A.33 1 <number>
A< ~{"error":{"err_code":10112,"description":"deliver subject: $SYS.REQ.SERVER.PING is for the server alone"}}
A> PUB $JS.API.CONSUMER.CREATE.S.c _I.A.34 87
A> {"stream_name":"S","config":{"name":"c","deliver_subject":"_R_.x","ack_policy":"none"}}
A< MSG _I.A.34 1 <number>
A< ~{"error":{"err_code":10112,"description":"deliver subject: _R_.x is for the server alone"}}
A> PUB $JS.API.STREAM.CREATE.R _I.A.35 76
A> {"name":"R","subjects":["r.>"],"republish":{"src":"r.>","dest":"$JS.API.>"}}
A< MSG _I.A.35 1 <number>
A< ~{"error":{"err_code":10052,"description":"stream configuration for republish: $JS.API.> is for the server alone"}}
A> PUB $JS.API.STREAM.CREATE.R _I.A.36 112
A> {"name":"R","subjects":["r.*"],"subject_transform":{"src":"r.*","dest":"$JS.API.STREAM.DELETE.{{wildcard(1)}}"}}
A< MSG _I.A.36 1 <number>
A< ~{"error":{"err_code":10156,"description":"stream transform: $JS.API.STREAM.DELETE.* is for the server alone"}}
A> PUB $JS.API.STREAM.CREATE.R _I.A.37 108
A> {"name":"R","sources":[{"name":"S","subject_transforms":[{"src":"ev.1","dest":"$JS.API.STREAM.DELETE.V"}]}]}
A< MSG _I.A.37 1 <number>
A< ~{"error":{"err_code":10146,"description":"source transform: $JS.API.STREAM.DELETE.V is for the server alone"}}
A> PUB $JS.API.STREAM.CREATE.R _I.A.38 105
A> {"name":"R","mirror":{"name":"S","subject_transforms":[{"src":"ev.1","dest":"$JS.API.STREAM.DELETE.V"}]}}
A< MSG _I.A.38 1 <number>
A< ~{"error":{"err_code":10154,"description":"mirror transform: $JS.API.STREAM.DELETE.V is for the server alone"}}
A> PUB $JS.API.STREAM.CREATE.R _I.A.39 105
A> {"name":"R","sources":[{"name":"S","consumer":{"name":"c","deliver_subject":"$JS.API.STREAM.DELETE.V"}}]}
A< MSG _I.A.39 1 <number>
A< ~{"error":{"err_code":10215,"description":"deliver subject: $JS.API.STREAM.DELETE.V is for the server alone"}}
A> PUB $JS.API.STREAM.SNAPSHOT.S _I.A.40 45
A> {"deliver_subject":"$JS.API.STREAM.DELETE.V"}
A< MSG _I.A.40 1 <number>
A< ~{"error":{"err_code":10015,"description":"deliver subject: $JS.API.STREAM.DELETE.V is for the server alone"}}

== a definition may send to the server's own subjects #183~
only reference: definitions that send to the server's own subjects
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.V _I.A.41 29
A> {"name":"V","subjects":["v"]}
A< MSG _I.A.41 1 <number>
A< ~{"did_create":true,"config":{"name":"V"}}
A> PUB $JS.API.STREAM.CREATE.S _I.A.42 32
A> {"name":"S","subjects":["ev.>"]}
A< MSG _I.A.42 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
A> PUB $JS.API.CONSUMER.CREATE.S.c _I.A.43 105
A> {"stream_name":"S","config":{"name":"c","deliver_subject":"$JS.API.STREAM.DELETE.V","ack_policy":"none"}}
A< MSG _I.A.43 1 <number>
A< ~{"stream_name":"S","name":"c"}
A> PUB $JS.API.STREAM.CREATE.R _I.A.44 76
A> {"name":"R","subjects":["r.>"],"republish":{"src":"r.>","dest":"$JS.API.>"}}
A< MSG _I.A.44 1 <number>
A< ~{"did_create":true,"config":{"name":"R"}}
A> PUB r.STREAM.DELETE.V _I.A.p 0
A> 
A< MSG _I.A.p 1 <number>
A< <any>
wait 200
A> PUB $JS.API.STREAM.INFO.V _I.A.45 0
A> 
A< MSG _I.A.45 1 <number>
A< ~{"error":{"err_code":10059,"description":"stream not found"}}

== a definition sends nowhere that its author may not send to #183~ @error
only ours: definitions have the rights of their author
conf:
  jetstream { store_dir: "<dir>/js" }
  authorization { users: [
    { user: eve, password: p, permissions: { publish: { deny: ["secret.>"] } } }
    { user: all, password: p }
  ] }
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"eve","pass":"p"}
B> SUB _I.B.> 1
B> PUB $JS.API.STREAM.CREATE.S _I.B.46 32
B> {"name":"S","subjects":["ev.>"]}
B< MSG _I.B.46 1 <number>
B< ~{"did_create":true,"config":{"name":"S"}}
B> PUB $JS.API.CONSUMER.CREATE.S.c _I.B.47 90
B> {"stream_name":"S","config":{"name":"c","deliver_subject":"secret.x","ack_policy":"none"}}
B< MSG _I.B.47 1 <number>
B< ~{"error":{"err_code":10112,"description":"deliver subject: secret.x is not permitted"}}
B> PUB $JS.API.STREAM.CREATE.R _I.B.48 75
B> {"name":"R","subjects":["r.>"],"republish":{"src":"r.>","dest":"secret.>"}}
B< MSG _I.B.48 1 <number>
B< ~{"error":{"err_code":10052,"description":"stream configuration for republish: secret.> is not permitted"}}
B> PUB $JS.API.STREAM.CREATE.R _I.B.49 88
B> {"name":"R","subjects":["r.*.x"],"republish":{"src":"r.*.x","dest":"{{wildcard(1)}}.x"}}
B< MSG _I.B.49 1 <number>
B< ~{"error":{"err_code":10052,"description":"stream configuration for republish: *.x is not permitted"}}
B> PUB $JS.API.STREAM.CREATE.R _I.B.50 83
B> {"name":"R","subjects":["r.>"],"subject_transform":{"src":"r.>","dest":"secret.>"}}
B< MSG _I.B.50 1 <number>
B< ~{"error":{"err_code":10156,"description":"stream transform: secret.> is not permitted"}}
B> PUB $JS.API.STREAM.CREATE.R _I.B.51 93
B> {"name":"R","sources":[{"name":"S","subject_transforms":[{"src":"ev.1","dest":"secret.1"}]}]}
B< MSG _I.B.51 1 <number>
B< ~{"error":{"err_code":10146,"description":"source transform: secret.1 is not permitted"}}
B> PUB $JS.API.STREAM.SNAPSHOT.S _I.B.52 30
B> {"deliver_subject":"secret.x"}
B< MSG _I.B.52 1 <number>
B< ~{"error":{"err_code":10015,"description":"deliver subject: secret.x is not permitted"}}
B> PUB $JS.API.CONSUMER.CREATE.S.c _I.B.53 88
B> {"stream_name":"S","config":{"name":"c","deliver_subject":"_I.B.c","ack_policy":"none"}}
B< MSG _I.B.53 1 <number>
B< ~{"stream_name":"S","name":"c"}
B> PUB $JS.API.STREAM.CREATE.R _I.B.54 75
B> {"name":"R","subjects":["r.>"],"republish":{"src":"r.>","dest":"copies.>"}}
B< MSG _I.B.54 1 <number>
B< ~{"did_create":true,"config":{"name":"R"}}

== what somebody else defined stays when it is updated #183~
only ours: definitions have the rights of their author
conf:
  jetstream { store_dir: "<dir>/js" }
  authorization { users: [
    { user: eve, password: p, permissions: { publish: { deny: ["secret.>"] } } }
    { user: all, password: p }
  ] }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"all","pass":"p"}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.R _I.A.55 75
A> {"name":"R","subjects":["r.>"],"republish":{"src":"r.>","dest":"secret.>"}}
A< MSG _I.A.55 1 <number>
A< ~{"did_create":true,"config":{"name":"R"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"eve","pass":"p"}
B> SUB _I.B.> 1
B> PUB $JS.API.STREAM.UPDATE.R _I.B.56 93
B> {"name":"R","subjects":["r.>"],"description":"x","republish":{"src":"r.>","dest":"secret.>"}}
B< MSG _I.B.56 1 <number>
B< ~{"config":{"description":"x"}}
B> PUB $JS.API.STREAM.UPDATE.R _I.B.57 77
B> {"name":"R","subjects":["r.>"],"republish":{"src":"r.>","dest":"secret.2.>"}}
B< MSG _I.B.57 1 <number>
B< ~{"error":{"err_code":10052,"description":"stream configuration for republish: secret.2.> is not permitted"}}

== an answer goes nowhere that the asker may not send to #183~
only ours: answers have the rights of the asker
conf:
  jetstream { store_dir: "<dir>/js" }
  authorization { users: [
    { user: eve, password: p, permissions: { publish: { deny: ["secret.>"] } } }
    { user: all, password: p }
  ] }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"all","pass":"p"}
A> SUB _I.A.> 1
A> SUB secret.> 2
A: sync
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"eve","pass":"p"}
B> SUB _I.B.> 1
B> PUB $JS.API.STREAM.CREATE.S _I.B.58 52
B> {"name":"S","subjects":["ev.>"],"allow_direct":true}
B< MSG _I.B.58 1 <number>
B< ~{"did_create":true,"config":{"name":"S"}}
B> PUB $JS.API.CONSUMER.CREATE.S.P _I.B.59 61
B> {"stream_name":"S","config":{"name":"P","ack_policy":"none"}}
B< MSG _I.B.59 1 <number>
B< ~{"stream_name":"S","name":"P"}
B> PUB ev.1 secret.ack 1
B> x
B> PUB $JS.API.INFO secret.info 0
B> 
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.P secret.pull 1
B> 1
B> PUB $JS.API.DIRECT.GET.S secret.direct 9
B> {"seq":1}
B> PUB $JS.API.STREAM.INFO.S _I.B.60 0
B> 
B< MSG _I.B.60 1 <number>
B< ~{"config":{"name":"S"},"state":{"messages":1}}
A: silent
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.P _I.B.m 1
B> 1
B< MSG ev.1 1 <any> 1
B< x

== an answer goes where the asker may not send to #183~
only reference: answers have the rights of the asker
conf:
  jetstream { store_dir: "<dir>/js" }
  authorization { users: [
    { user: eve, password: p, permissions: { publish: { deny: ["secret.>"] } } }
    { user: all, password: p }
  ] }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"all","pass":"p"}
A> SUB _I.A.> 1
A> SUB secret.> 2
A: sync
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"eve","pass":"p"}
B> SUB _I.B.> 1
B> PUB $JS.API.STREAM.CREATE.S _I.B.61 32
B> {"name":"S","subjects":["ev.>"]}
B< MSG _I.B.61 1 <number>
B< ~{"did_create":true,"config":{"name":"S"}}
B> PUB ev.1 secret.ack 1
B> x
A< MSG secret.ack 2 <number>
A< <any>

== an inbox that may be read is answered, allowed for publishing or not #183~
conf:
  jetstream { store_dir: "<dir>/js" }
  authorization { users: [
    { user: bob, password: p, permissions: { publish: { allow: ["$JS.API.>", "ev.>"] }, subscribe: { allow: ["_I.>"] } } }
  ] }
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"bob","pass":"p"}
B> SUB _I.B.> 1
B> PUB $JS.API.STREAM.CREATE.S _I.B.62 32
B> {"name":"S","subjects":["ev.>"]}
B< MSG _I.B.62 1 <number>
B< ~{"did_create":true,"config":{"name":"S"}}
B> PUB ev.1 _I.B.a 1
B> x
B< MSG _I.B.a 1 <number>
B< <any>
B> PUB $JS.API.CONSUMER.CREATE.S.c _I.B.63 61
B> {"stream_name":"S","config":{"name":"c","ack_policy":"none"}}
B< MSG _I.B.63 1 <number>
B< ~{"stream_name":"S","name":"c"}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.c _I.B.m 1
B> 1
B< MSG ev.1 1 $JS.ACK.<any> 1
B< x

== a schedule publishes nowhere that its author may not #345~ @error
only ours: schedules have the rights of their author
conf:
  jetstream { store_dir: "<dir>/js" }
  authorization { users: [
    { user: eve, password: p, permissions: { publish: { deny: ["secret.>"] } } }
    { user: all, password: p }
  ] }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"all","pass":"p"}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.A.64 70
A> {"name":"S","subjects":["ev.>","secret.>"],"allow_msg_schedules":true}
A< MSG _I.A.64 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"eve","pass":"p"}
B> SUB _I.B.> 1
B> HPUB ev.1 _I.B.s 85 86
B> NATS/1.0\r\nNats-Schedule: @at 2090-01-01T00:00:00Z\r\nNats-Schedule-Target: secret.x\r\n\r\nx
B< MSG _I.B.s 1 <number>
B< ~{"error":{"err_code":10190}}
B> HPUB ev.1 _I.B.t 81 82
B> NATS/1.0\r\nNats-Schedule: @at 2090-01-01T00:00:00Z\r\nNats-Schedule-Target: ev.x\r\n\r\nx
B< MSG _I.B.t 1 <number>
B< ~{"stream":"S","seq":1}
B> HPUB ev.2 _I.B.u 65 66
B> NATS/1.0\r\nNats-Scheduler: secret.1\r\nNats-Schedule-Next: purge\r\n\r\nx
B< MSG _I.B.u 1 <number>
B< ~{"error":{"err_code":10212}}

== a schedule publishes where its author may not #345~ @error
only reference: schedules have the rights of their author
conf:
  jetstream { store_dir: "<dir>/js" }
  authorization { users: [
    { user: eve, password: p, permissions: { publish: { deny: ["secret.>"] } } }
    { user: all, password: p }
  ] }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"all","pass":"p"}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.A.65 70
A> {"name":"S","subjects":["ev.>","secret.>"],"allow_msg_schedules":true}
A< MSG _I.A.65 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"eve","pass":"p"}
B> SUB _I.B.> 1
B> HPUB ev.1 _I.B.s 85 86
B> NATS/1.0\r\nNats-Schedule: @at 2090-01-01T00:00:00Z\r\nNats-Schedule-Target: secret.x\r\n\r\nx
B< MSG _I.B.s 1 <number>
B< ~{"stream":"S","seq":1}

== publish acks may be stored, and advisories #183~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.A.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.A.66 32
A> {"name":"S","subjects":["ev.>"]}
A< MSG _I.A.66 1 <number>
A< ~{"did_create":true,"config":{"name":"S"}}
A> PUB $JS.API.STREAM.CREATE.ACKS _I.A.67 37
A> {"name":"ACKS","subjects":["acks.>"]}
A< MSG _I.A.67 1 <number>
A< ~{"did_create":true,"config":{"name":"ACKS"}}
A> PUB $JS.API.STREAM.CREATE.ADV _I.A.68 50
A> {"name":"ADV","subjects":["$JS.EVENT.ADVISORY.>"]}
A< MSG _I.A.68 1 <number>
A< ~{"did_create":true,"config":{"name":"ADV"}}
A> PUB ev.1 acks.1 1
A> x
A> PUB $JS.API.STREAM.CREATE.T _I.A.69 29
A> {"name":"T","subjects":["t"]}
A< MSG _I.A.69 1 <number>
A< ~{"did_create":true,"config":{"name":"T"}}
wait 200
A> PUB $JS.API.STREAM.INFO.ACKS _I.A.70 0
A> 
A< MSG _I.A.70 1 <number>
A< ~{"config":{"name":"ACKS"},"state":{"messages":1}}
A> PUB $JS.API.STREAM.INFO.ADV _I.A.71 0
A> 
A< MSG _I.A.71 1 <number>
A< ~{"config":{"name":"ADV"},"state":{"messages":"<positive>"}}
