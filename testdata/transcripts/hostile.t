# Input that means harm. Each section has a bystander, Z, who must not notice: it subscribes before, and
# after the attack still gets its messages; and the server's memory stays small.

before:
  Z> SUB alive 1
  Z: sync
after:
  Z> PUB alive 2
  Z> ok
  Z< MSG alive 1 2
  Z< ok
  memory below 120 MB

== an endless control line #15 @hostile @error
A> SUB <repeat 1000000 x>\
A< -ERR 'maximum control line exceeded'
A: closed

== an endless line without a verb #19 @hostile @error
A> <repeat 100000 x>\
A< -ERR 'Unknown Protocol Operation'
A: closed

== an endless CONNECT #15 @hostile @error
A: raw
A< INFO <any>
A> CONNECT {"name":"<repeat 100000 x>"}\
A< -ERR 'maximum control line exceeded'
A: closed

== an endless INFO from a client #15 @hostile @error
A> INFO {"x":"<repeat 100000 x>"}\
A< -ERR 'maximum control line exceeded'
A: closed

== an endless -ERR from a client #11~ @hostile @error
A> -ERR '<repeat 3000 x>'
A: closed

== an endless UNSUB #15 @hostile @error
A> UNSUB <repeat 100000 1>\
A< -ERR 'maximum control line exceeded'
A: closed

== a size of many digits #4 #92 @hostile @error
A> PUB foo <repeat 1000 9>
A: closed

== a size beyond 32 bits #4 #92 @hostile @error
A> PUB foo 4294967296
A: closed

== the largest size of nine digits is too large #88 @hostile @error
A> PUB foo 999999999
A< -ERR 'Maximum Payload Violation'
A: closed

== a size of ten digits isn't read as a number any more #92 @hostile @error
A> PUB foo 1000000000
A: closed

== a size just beyond 31 bits #92 @hostile @error
A> PUB foo 2147483648
A: closed

== a negative size #92 @hostile @error
A> PUB foo -2147483648
A: closed

== a size with a plus sign #92 @hostile @error
A> PUB foo +5
A: closed

== a hexadecimal size #92 @hostile @error
A> PUB foo 0x5
A: closed

== a size with leading zeros is a size #4~ @hostile
A> SUB foo 1
A> PUB foo 0000005
A> hello
A< MSG foo 1 <0000005|5>
A< hello

== NUL bytes instead of a verb #19 @hostile @error
A> \0\0\0\0
A< -ERR 'Unknown Protocol Operation'
A: closed

== a NUL byte within a subject #65~ @hostile
A> SUB a\0b 1
A> PUB a\0b 0
A> 
A< MSG a\0b 1 0
A< 

== a NUL byte within a size #92 @hostile @error
A> PUB foo 1\x000
A: closed

== all 256 bytes as a payload #4~ @hostile
A> SUB foo 1
A> PUB foo 16
A> \x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\xff
A< MSG foo 1 16
A< \x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\xff

== invalid UTF-8 in CONNECT #46~ @hostile
A> CONNECT {"verbose":false,"name":"\xff\xfe\xc0\x80"}
A: sync

== deep nesting in CONNECT #46~ @hostile
A> CONNECT {"verbose":false,"x":<repeat 1500 [><repeat 1500 ]>}
A: sync

== nesting in CONNECT that never closes #92 @hostile @error
A> CONNECT {"x":<repeat 3000 [>
A: closed

== a CONNECT of the wrong shape #92 @hostile @error
A> CONNECT "verbose"
A: closed

== numbers beyond all bounds in CONNECT #92 @hostile @error
A> CONNECT {"verbose":false,"protocol":1e999}
A: closed

== duplicate keys in CONNECT: the last one counts #46~ @hostile
A> CONNECT {"verbose":true,"verbose":false}
A: sync

== text after the JSON of CONNECT #92 @hostile @error
A> CONNECT {"verbose":false} {"verbose":true}
A: closed

== CONNECT a thousand times #3~ @hostile
A> <repeat 1000 CONNECT {"verbose":false}\r\n>PING
A< PONG

== a header longer than the whole #60 @hostile @error
A> CONNECT {"verbose":false,"headers":true}
A> HPUB foo 100 10
A> 0123456789
A: closed

== a header of a negative length #60 @hostile @error
A> CONNECT {"verbose":false,"headers":true}
A> HPUB foo -5 10
A: closed

== a header size of many digits #60 @hostile @error
A> CONNECT {"verbose":false,"headers":true}
A> HPUB foo 99999999999999999999 10
A: closed

== a header of length zero is no header #60~ @hostile
A> CONNECT {"verbose":false,"headers":true}
A> SUB foo 1
A> HPUB foo 0 2
A> ok
A< MSG foo 1 2
A< ok

== a payload that is cut off #4~ @hostile
A> PUB alive 1000
A> short
Z: silent 50
A: close

== a payload that goes on behind its size #92 @hostile @error
A> PUB foo 3
A> <repeat 5000 x>
A< -ERR 'Unknown Protocol Operation'
A: closed

== protocol of another kind: TLS #19 @hostile @error
A: raw
A< INFO <any>
A> \x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\
A< -ERR 'Unknown Protocol Operation'
A: closed

== protocol of another kind: HTTP/2 #20 @hostile @error
A: raw
A< INFO <any>
A> PRI * HTTP/2.0
A< -ERR 'Unknown Protocol Operation'
A: closed

== protocol of another kind: Redis #19 @hostile @error
A: raw
A< INFO <any>
A> *1\r\n$4\r\nPING
A< -ERR 'Unknown Protocol Operation'
A: closed

== 1,000 connections that say nothing #108~ @hostile
hold 1000
A: sync

== 1,000 connections that say nothing where a login is needed #81~ @hostile
conf:
  authorization { users = [ {user: z, password: z} ], timeout: 0.5 }
  no_auth_user: z
hold 1000
A: sync
wait 700
A: sync

== a login that comes a byte at a time is cut off in time #81 @hostile @error
conf:
  authorization { users = [ {user: z, password: z} ], timeout: 0.3 }
  no_auth_user: z
A: raw
A< INFO <any>
A: trickle 30 CONNECT {"verbose":false,"user":"z","pass":"z"}
A< -ERR 'Authentication Timeout'
A: closed

== a byte at a time is slow but right #13 @hostile
A: trickle 5 SUB foo 1
A: trickle 5 PUB foo 5
A: trickle 20 hello
A< MSG foo 1 5
A< hello

== a reader that never reads #94 #104 @hostile @error
conf:
  max_pending: 4MB
A: raw
A< INFO <any>
A> CONNECT {"verbose":false}
A> SUB flood 1
A> PING
A< PONG
timeout 10000
B> <repeat 300 PUB flood 100000\r\n<repeat 100000 x>\r\n>PING
B: skip to PONG\r\n
http /connz?state=closed 200 {"connections":[{"reason":"Slow Consumer (Pending Bytes)"}]}
A: close

== a subscriber to everything that never reads #94 #104 @hostile @error
conf:
  max_pending: 2MB
A: raw
A< INFO <any>
A> CONNECT {"verbose":false}
A> <repeat 20 SUB \> 1\r\n>PING
A< PONG
timeout 10000
B> <repeat 20000 PUB flood.x 1000\r\n<repeat 1000 x>\r\n>PING
B: skip to PONG\r\n
http /connz?state=closed 200 {"connections":[{"reason":"Slow Consumer (Pending Bytes)"}]}
A: close

== a publisher that never reads its errors #84~ @hostile @error
conf:
  max_pending: 1MB
A: raw
A< INFO <any>
timeout 10000
A> <repeat 20000 SUB ..<repeat 100 x> 1\r\n>
Z: sync
A: close

== 10,000 subscriptions of one connection #109~ @hostile
A> <repeat 10000 SUB foo.\> 1\r\n>PING
A< PONG

== subscriptions with long subjects over and over #15~ @hostile
A> <repeat 500 SUB <repeat 3000 a> 1\r\nUNSUB 1\r\n>PING
A< PONG

== a subject of 2,000 tokens #65~ @hostile
A> SUB <repeat 1999 a.>a 1
A> PUB <repeat 1999 a.>a 0
A> 
A< MSG <repeat 1999 a.>a 1 0
A< 

== a filter of 2,000 wildcards #67~ @hostile
A> SUB <repeat 1999 *.>* 1
A> PUB <repeat 1999 a.>a 0
A> 
A< MSG <repeat 1999 a.>a 1 0
A< 

== UNSUB of a thousand sids that don't exist #7~ @hostile
A> <repeat 1000 UNSUB 99\r\n>PING
A< PONG

== UNSUB with a number beyond 64 bits #7~ @hostile
A> SUB foo 1
A> UNSUB 1 99999999999999999999
A> PUB foo 0
A> 
A: sync

== connections that come and go #108~ @hostile
A: sync
A: close
B: raw
B: close
C> SUB foo 1
C: close
D> PUB foo 10
D: close
E> SU\
E: close
http /varz 200 {"connections":1}

== a server's verbs with arguments from a client #19 @hostile @error
A> HMSG foo 1 0 0
A< -ERR 'Unknown Protocol Operation'
A: closed

== a route's handshake on the client port #97~ @hostile @error
A: raw
A< INFO <any>
A> CONNECT {"verbose":false,"lang":"nats-route","cluster":"x","import":null,"export":null}
A> RS+ $G foo
A< -ERR 'Unknown Protocol Operation'
A: closed

== endless requests to the monitoring #497~ @hostile @error
http /varz 200
A: raw http
A> GET /<repeat 2000000 x> HTTP/1.1\r\n\
A: skip to HTTP/1.1 4
A: close

== monitoring requests that never end #477~ @hostile
http /varz 200
A: raw http
A> GET /varz HTTP/1.1
A> Host: x
B: raw http
C: raw http
http /varz 200
A: close
B: close
C: close
