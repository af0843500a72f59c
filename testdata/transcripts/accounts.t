# Accounts as islands.

== the same subject in two accounts never meets #130 #131~
conf:
  accounts {
    A { users = [ {user: a, password: a} ] }
    B { users = [ {user: b, password: b} ] }
  }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A> SUB > 1
A: sync
B> CONNECT {"verbose":false,"user":"b","pass":"b"}
B> SUB > 1
B> PUB foo 1
B> b
B< MSG foo 1 1
B< b
A: sync

== queue groups of the same name in two accounts are two groups #130
conf:
  accounts {
    A { users = [ {user: a, password: a} ] }
    B { users = [ {user: b, password: b} ] }
  }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A> SUB foo q 1
A: sync
B> CONNECT {"verbose":false,"user":"b","pass":"b"}
B> SUB foo q 1
B> <repeat 10 PUB foo 0\r\n\r\n>PING
B< <repeat 10 MSG foo 1 0\r\n\r\n>PONG
A: sync

== no interest across accounts: 503 #130 #61~ @error
conf:
  accounts {
    A { users = [ {user: a, password: a} ] }
    B { users = [ {user: b, password: b} ] }
  }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A> SUB service 1
A: sync
B> CONNECT {"verbose":false,"user":"b","pass":"b","headers":true,"no_responders":true}
B> SUB r 1
B> PUB service r 0
B> 
B< HMSG r 1 <any>
B< NATS/1.0 503\r\nNats-Subject: service\r\n\r\n

== clients without an account live in $G #130~
conf:
  accounts { A { users = [ {user: a, password: a} ] } }
  no_auth_user: a
A> CONNECT {"verbose":false,"protocol":1}
A> PING
A< PONG
A< INFO ~{"remote_account":"A"}

== accounts as a list #131
conf:
  accounts: [A, B]
A> CONNECT {"verbose":false,"protocol":1}
A> PING
A< PONG
A< INFO ~{"remote_account":"$G"}
http /accountz 200 {"accounts":["<some>","A","B","$G","$SYS"]}

== $G is reserved #131~ @error
no server
file: x.conf
  accounts { "$G" { users = [ {user: a, password: a} ] } }
run -t -c <dir>/x.conf
  exit 1
  says <any>

== the same user in two accounts is refused #131~ @error
no server
file: x.conf
  accounts { A { users = [ {user: a, password: a} ] }, B { users = [ {user: a, password: a} ] } }
run -t -c <dir>/x.conf
  exit 1
  says Duplicate user "a" detected

== CONNECT again moves to another account, subscriptions are lost #3 #130~
conf:
  accounts {
    A { users = [ {user: a, password: a} ] }
    B { users = [ {user: b, password: b} ] }
  }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A> SUB foo 1
A: sync
B> CONNECT {"verbose":false,"user":"b","pass":"b"}
B: sync
A> CONNECT {"verbose":false,"user":"b","pass":"b"}
A: sync
B> PUB foo 0
B> 
B: sync
A: sync
A> SUB foo 1
A: sync
B> PUB foo 0
B> 
A< MSG foo 1 0
A< 

== default permissions hold for users without their own #148 @error
conf:
  accounts { A {
    default_permissions { publish: "d.>" }
    users = [ {user: a, password: a}, {user: b, password: b, permissions { publish: "own.>" }} ]
  } }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A> PUB x 0
A> 
A< -ERR 'Permissions Violation for Publish to "x"'
A> PUB d.x 0
A> 
B> CONNECT {"verbose":false,"user":"b","pass":"b"}
B> PUB d.x 0
B> 
B< -ERR 'Permissions Violation for Publish to "d.x"'
B> PUB own.x 0
B> 

== an account's connections are limited together, other accounts aren't #147 @error
conf:
  accounts {
    A { users = [ {user: a, password: a}, {user: a2, password: a} ], limits { max_connections: 1 } }
    B { users = [ {user: b, password: b} ] }
  }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A: sync
B> CONNECT {"verbose":false,"user":"b","pass":"b"}
B: sync
C> CONNECT {"verbose":false,"user":"a2","pass":"a"}
C< -ERR 'maximum account active connections exceeded'
C: closed
A: close
http /connz 200 {"num_connections":1}
D> CONNECT {"verbose":false,"user":"a2","pass":"a"}
D: sync

== a system account of one's own #153~
conf:
  accounts { SYS { users = [ {user: s, password: s} ] }, A { users = [ {user: a, password: a} ] } }
  system_account: SYS
A> CONNECT {"verbose":false,"user":"s","pass":"s","protocol":1}
A> PING
A< PONG
A< INFO ~{"remote_account":"SYS","acc_is_sys":true}
http /accountz 200 {"system_account":"SYS"}
