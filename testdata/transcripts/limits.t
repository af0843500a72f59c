# Flow, limits and the life of a connection.

== the server pings an idle client #102~
conf:
  ping_interval: "150ms"
A: raw
A< INFO <any>
A> CONNECT {"verbose":false}
A> PING
A< PONG
A< PING
A> PONG
A< PING
A> PONG
A: silent 50

== the first ping comes within about two seconds whatever the interval #102
A: raw
A< INFO <any>
A> CONNECT {"verbose":false}
A> PING
A< PONG
timeout 4000
A< PING
A> PONG

== traffic postpones the server's ping #103
conf:
  ping_interval: "400ms"
A: raw
A< INFO <any>
A> CONNECT {"verbose":false}
A> SUB foo 1
A> PING
A< PONG
wait 250
A> PUB foo 0
A> 
A< MSG foo 1 0
A< 
wait 250
A> PUB foo 0
A> 
A< MSG foo 1 0
A< 
wait 250
A> PUB foo 0
A> 
A< MSG foo 1 0
A< 
A: silent 50

== PINGs of the client's postpone nothing but are answered #103~
conf:
  ping_interval: "200ms"
  ping_max: 1
A: raw
A< INFO <any>
A> CONNECT {"verbose":false}
A> PING
A< PONG
A< PING
A> PONG
A> PING
A< PONG

== as many unanswered pings as ping_max close #93 #102~ @error
conf:
  ping_interval: "80ms"
  ping_max: 3
A: raw
A< INFO <any>
A> CONNECT {"verbose":false}
A> PING
A< PONG
A< PING
A< PING
A< PING
A< -ERR 'Stale Connection'
A: closed
http /varz 200 {"stale_connections":1}

== a fast publisher is held back, not the reader cut #106
conf:
  max_pending: 8MB
  write_deadline: "5s"
B> SUB flood 1
B: sync
A> <repeat 150 PUB flood 100000\r\n<repeat 100000 x>\r\n>PING
timeout 8000
B: skip to <repeat 100 x>
A: skip to PONG\r\n
B: close

== no_fast_producer_stall is accepted #107~
conf:
  no_fast_producer_stall: true
A> SUB a 1
A> PUB a 0
A> 
A< MSG a 1 0
A< 

== as many connections as max_connections #108 @error
conf:
  max_connections: 2
A: sync
B: sync
C: raw
C< INFO <any>
C< -ERR 'maximum connections exceeded'
C: closed
http /varz 200 {"max_connections":2,"connections":2}

== subscriptions are counted per connection #109 @error
conf:
  max_subscriptions: 1
A> SUB a 1
B> SUB a 1
A: sync
B: sync
B> SUB b 2
B< -ERR 'maximum subscriptions exceeded'

== the limits of an account: connections #108~ #147~ @error
conf:
  accounts { A { users = [ {user: a, password: a} ], limits { max_connections: 1 } } }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A: sync
B> CONNECT {"verbose":false,"user":"a","pass":"a"}
B< -ERR 'maximum account active connections exceeded'
B: closed

== the limits of an account: subscriptions #109~ #147~ @error
conf:
  accounts { A { users = [ {user: a, password: a} ], limits { max_subscriptions: 1 } } }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A> SUB one 1
A> SUB two 2
A< -ERR 'maximum subscriptions exceeded'
A: sync

== the limits of an account: payload, announced after the login #110 #31 #147~ @error
conf:
  accounts { A { users = [ {user: a, password: a} ], limits { max_payload: 10 } } }
A: raw
A< INFO ~{"max_payload":1048576}
A> CONNECT {"verbose":false,"user":"a","pass":"a","protocol":1}
A> PING
A< PONG
A< INFO ~{"max_payload":10,"connect_info":true,"remote_account":"A"}
A> PUB foo 11
A< -ERR 'Maximum Payload Violation'
A: closed

== lame duck mode: no new clients, then goodbye and exit #112
conf:
  lame_duck_duration: "30s"
  lame_duck_grace_period: "200ms"
A> CONNECT {"verbose":false,"protocol":1}
A: sync
A< INFO ~{"connect_info":true}
signal USR2
A< INFO ~{"ldm":true,"connect_urls":"<absent>"}
timeout 35000
A: closed
exits 0

== lame duck mode without clients ends at once #112~
signal USR2
exits 0
log Entering lame duck mode

== TERM is ignored in lame duck mode #112~ #528~
conf:
  lame_duck_duration: "30s"
  lame_duck_grace_period: "5s"
A> CONNECT {"verbose":false,"protocol":1}
A: sync
A< INFO ~{"connect_info":true}
signal USR2
A< INFO ~{"ldm":true}
signal TERM
A: silent 200
A: sync

== stalled clients are counted #116~
A: sync
http /varz 200 {"stalled_clients":0,"slow_consumers":0}

== a connection that is gone is gone from the counters #108~
A> SUB a 1
A: sync
http /varz 200 {"connections":1}
A: close
http /varz 200 {"connections":0,"total_connections":1}

== closed before INFO was read leaves nothing behind #108~
A: raw
A: close
http /varz 200 {"connections":0}
B: sync

== listening on IPv6 #579~
no conf
args: -a ::1 -p <port>
log Listening for client connections on [::1]:<port>
A: raw ipv6
A< INFO ~{"host":"::1","client_ip":"::1"}
A> CONNECT {"verbose":false}
A> PING
A< PONG

== listening on all addresses serves IPv4 and IPv6 #579
conf:
  listen: "0.0.0.0:<port>"
A: sync
B: raw ipv6
B< INFO ~{"client_ip":"::1"}
B: close
