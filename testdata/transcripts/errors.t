# The -ERR texts, and what becomes of the connection.

== no CONNECT in time #81 @error
conf:
  authorization { token: secret, timeout: 0.2 }
A: raw
A< INFO <any>
A< -ERR 'Authentication Timeout'
A: closed

== PING before CONNECT counts as a failed login #80 #3~ @error
conf:
  authorization { token: secret }
A: raw
A< INFO <any>
A> PING
A< -ERR 'Authorization Violation'
A: closed

== the reason of a failed login is in the monitoring #80 #101~ @error
conf:
  authorization { token: secret }
A> CONNECT {"verbose":false}
A< -ERR 'Authorization Violation'
A: closed
http /connz?state=closed 200 {"connections":[{"reason":"Authentication Failure"}]}

== a publish without permission #84 #50~ @error
conf:
  authorization { users = [ {user: u, password: p, permissions: { publish: "ok.>", subscribe: ">" }} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> SUB > 1
A> PUB not.ok 2
A> no
A< -ERR 'Permissions Violation for Publish to "not.ok"'
A> PUB ok.then 3
A> yes
A< MSG ok.then 1 3
A< yes

== a subscription without permission #85 @error
conf:
  authorization { users = [ {user: u, password: p, permissions: { subscribe: "ok.>" }} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> SUB not.ok 1
A< -ERR 'Permissions Violation for Subscription to "not.ok"'
A> PUB not.ok 0
A> 
A> SUB ok.* 1
A> PUB ok.a 0
A> 
A< MSG ok.a 1 0
A< 

== a queue subscription without permission #85 @error
conf:
  authorization { users = [ {user: u, password: p, permissions: { subscribe: "ok.>" }} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> SUB not.ok group 1
A< -ERR 'Permissions Violation for Subscription to "not.ok" using queue "group"'
A: sync

== a live subscription loses its permission by a reload #86 #530~ @error
conf:
  authorization { users = [ {user: u, password: p} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> SUB foo 17
A> SUB bar 18
A: sync
reload:
  authorization { users = [ {user: u, password: p, permissions: { subscribe: "bar" }} ] }
A< -ERR 'Permissions Violation for Subscription to "foo" (sid "17")'
A> PUB foo 0
A> 
A> PUB bar 0
A> 
A< MSG bar 18 0
A< 

== a reply subject that may not be published to #87 @error
A> PUB foo _GR_.x 0
A> 
A< -ERR 'Permissions Violation for Publish with Reply of "_GR_.x"'
A> PUB foo $GR.a 0
A> 
A< -ERR 'Permissions Violation for Publish with Reply of "$GR.a"'
A> PUB foo $NRG.x 0
A> 
A: sync

== a payload over the limit #88 @error
A> PUB foo 1048577
A< -ERR 'Maximum Payload Violation'
A: closed

== a payload at the limit #88
A> SUB foo 1
A> PUB foo 1048576
A> <repeat 1048576 x>
A: skip to MSG foo 1 1048576\r\n
A: skip to x\r\n

== one connection too many #89 #108~ @error
conf:
  max_connections: 1
A: sync
B: raw
B< INFO <any>
B< -ERR 'maximum connections exceeded'
B: closed
A: sync

== a freed place can be taken #89 #108~
conf:
  max_connections: 1
A: sync
A: close
http /varz 200 {"connections":0}
B: sync

== one subscription too many #90 #109~ @error
conf:
  max_subscriptions: 2
A> SUB a 1
A> SUB b 2
A> SUB c 3
A< -ERR 'maximum subscriptions exceeded'
A> UNSUB 1
A> SUB c 3
A> PUB c 0
A> 
A< MSG c 3 0
A< 

== a client that doesn't answer PING is stale #93 #102~ @error
conf:
  ping_interval: "100ms"
  ping_max: 1
A: raw
A< INFO <any>
A> CONNECT {"verbose":false}
A> PING
A< PONG
A< PING
A< -ERR 'Stale Connection'
A: closed
http /connz?state=closed 200 {"connections":[{"reason":"Stale Connection"}]}

== plain text on a port that wants TLS #95 @error
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key" }
A: raw
A< INFO ~{"tls_required":true}
A> CONNECT {"verbose":false}
A> PING
A: closed

== nkey and jwt texts: an unknown nkey #80 @error
conf:
  authorization { users = [ {nkey: <nkey alice>} ] }
A> CONNECT {"verbose":false,"nkey":"<nkey mallory>","sig":"x"}
A< -ERR 'Authorization Violation'
A: closed

== the close reason of a client that went by itself #101~
A: sync
A: close
http /connz?state=closed 200 {"num_connections":1,"connections":[{"reason":"Client Closed","stop":"<string>"}]}

== the close reason of nonsense #101~ @error
A> FOO
A< -ERR 'Unknown Protocol Operation'
A: closed
http /connz?state=closed 200 {"connections":[{"reason":"Protocol Violation"}]}

== the close reason of a large payload #101~ #88 @error
A> PUB foo 9999999
A< -ERR 'Maximum Payload Violation'
A: closed
http /connz?state=closed 200 {"connections":[{"reason":"Maximum Message Payload Exceeded"}]}

== the close reason of a bad size #101~ #92 @error
A> PUB foo x
A: closed
http /connz?state=closed 200 {"connections":[{"reason":"<any>"}]}

== the close reason of too many connections #101~ #89 @error
conf:
  max_connections: 1
A: sync
B: raw
B< INFO <any>
B< -ERR 'maximum connections exceeded'
B: closed
http /connz?state=closed 200 {"connections":[{"reason":"Maximum Connections Exceeded"}]}

== a reader too slow for max_pending #94 #104 #101~ @error
conf:
  max_pending: 1MB
B: raw
B< INFO <any>
B> CONNECT {"verbose":false}
B> SUB flood 1
B> PING
B< PONG
A> <repeat 200 PUB flood 100000\r\n<repeat 100000 x>\r\n>PING
A: skip to PONG\r\n
http /connz?state=closed 200 {"connections":[{"reason":"Slow Consumer (Pending Bytes)"}]}
http /varz 200 {"slow_consumers":1,"slow_consumer_stats":{"clients":1}}
log Slow Consumer Detected: MaxPending of <number> Exceeded
B: close

== a reader too slow for write_deadline #94 #105 @error
conf:
  write_deadline: "150ms"
B: raw
B< INFO <any>
B> CONNECT {"verbose":false}
B> SUB flood 1
B> PING
B< PONG
A> <repeat 200 PUB flood 100000\r\n<repeat 100000 x>\r\n>PING
timeout 8000
A: skip to PONG\r\n
http /connz?state=closed 200 {"connections":[{"reason":"Slow Consumer (Write Deadline)"}]}
log Slow Consumer Detected: WriteDeadline of 150ms exceeded
B: close
