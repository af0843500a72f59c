# The operations of the client protocol: what is sent, what comes back, byte for byte.

== INFO is the first line #1~ #45
A: raw
A< INFO {<any>}\s

== INFO comes again when the server prepares to leave #1 #40~
conf:
  lame_duck_duration: "30s"
  lame_duck_grace_period: "0s"
A> CONNECT {"verbose":false,"protocol":1}
A: sync
A< INFO ~{"connect_info":true}
B> CONNECT {"verbose":false,"protocol":0}
B: sync
signal USR2
A< INFO ~{"ldm":true}
B: silent 50

== changing the payload limit by reload says nothing and holds at once #1~ #31~ #102~ @error
conf:
  max_payload: 1000
A> CONNECT {"verbose":false,"protocol":1}
A: sync
A< INFO ~{"connect_info":true}
reload:
  max_payload: 500
A: silent 100
A> PUB foo 501
A< -ERR 'Maximum Payload Violation'
A: closed

== a second INFO follows the first PONG and says where one is #2 #44
A> CONNECT {"verbose":false,"protocol":1}
A> PING
A< PONG
A< INFO ~{"connect_info":true,"remote_account":"$G","acc_is_sys":"<absent>","client_id":"<positive>"}
A> PING
A< PONG
A: silent 100

== clients of protocol 0 get no second INFO #2~
A> CONNECT {"verbose":false,"protocol":0}
A> PING
A< PONG
A: silent 200

== without CONNECT everything works when nobody must identify himself #3~
A: raw
A< INFO <any>
A> PING
A< PONG
A> SUB foo 1
A> PUB foo 2
A> ok
A< +OK
A< +OK
A< MSG foo 1 2
A< ok

== CONNECT may come again and changes the options #3~
A> CONNECT {"verbose":true}
A< +OK
A> CONNECT {"verbose":false}
A> PING
A< PONG

== a message reaches its subscriber #4 #6 #8~
A> SUB foo.bar 90
A> PUB foo.bar 5
A> hello
A< MSG foo.bar 90 5
A< hello

== a message carries its reply subject #4
A> SUB foo 1
A> PUB foo reply.to 2
A> ok
A< MSG foo 1 reply.to 2
A< ok

== an empty message #4
A> SUB foo 1
A> PUB foo 0
A> 
A< MSG foo 1 0
A< 

== a payload is bytes: NUL, line ends and invalid UTF-8 pass #4 #13~
A> SUB bin 1
A> PUB bin 10
A> \0\r\n\xff\xfe PING
A< MSG bin 1 10
A< \0\r\n\xff\xfe PING

== sids are words, not numbers #6
A> SUB foo first-sid_7
A> PUB foo 1
A> x
A< MSG foo first-sid_7 1
A< x

== HPUB carries a header block #5 #8 #56~
A> CONNECT {"verbose":false,"headers":true}
A> SUB foo 1
A> HPUB foo 22 27
A> NATS/1.0\r\nBar: Baz\r\n\r\nhello
A< HMSG foo 1 22 27
A< NATS/1.0\r\nBar: Baz\r\n\r\nhello

== HPUB with reply #5
A> CONNECT {"verbose":false,"headers":true}
A> SUB foo 1
A> HPUB foo bar.reply 22 22
A> NATS/1.0\r\nBar: Baz\r\n\r\n
A< HMSG foo 1 bar.reply 22 22
A< NATS/1.0\r\nBar: Baz\r\n\r\n

== UNSUB ends a subscription at once #7~
A> SUB foo 1
A> UNSUB 1
A> PUB foo 1
A> x
A: sync

== UNSUB with a number ends it after so many messages #7 #22~
A> SUB foo 1
A> UNSUB 1 2
A> PUB foo 1
A> a
A> PUB foo 1
A> b
A> PUB foo 1
A> c
A< MSG foo 1 1
A< a
A< MSG foo 1 1
A< b
A: sync

== deliveries before UNSUB count: enough of them end it at once #7 #22
A> SUB foo 1
A> PUB foo 1
A> a
A> PUB foo 1
A> b
A> UNSUB 1 2
A> PUB foo 1
A> c
A< MSG foo 1 1
A< a
A< MSG foo 1 1
A< b
A: sync

== UNSUB with a number below what was delivered ends it at once #22
A> SUB foo 1
A> PUB foo 1
A> a
A> PUB foo 1
A> b
A> UNSUB 1 1
A> PUB foo 1
A> c
A< MSG foo 1 1
A< a
A< MSG foo 1 1
A< b
A: sync

== deliveries after UNSUB are counted from the beginning #7
A> SUB foo 1
A> PUB foo 1
A> a
A> UNSUB 1 2
A> PUB foo 1
A> b
A> PUB foo 1
A> c
A< MSG foo 1 1
A< a
A< MSG foo 1 1
A< b
A: sync

== UNSUB of what isn't there is no error #7
A> UNSUB 4711
A: sync

== after an ended subscription its sid can be used again #7
A> SUB foo 1
A> UNSUB 1 1
A> PUB foo 1
A> a
A> SUB bar 1
A> PUB bar 1
A> b
A< MSG foo 1 1
A< a
A< MSG bar 1 1
A< b

== PING is answered in order, so it tells that all before it was done #9
B> SUB foo 7
B> PING
B< PONG
A> PUB foo 1
A> x
A> PING
A< PONG
B> PING
B< MSG foo 7 1
B< x
B< PONG

== a PONG that nobody asked for is ignored #9
A> PONG
A: sync

== verbose: each line is confirmed, PING by PONG alone #10
A> CONNECT {"verbose":true,"pedantic":false}
A< +OK
A> SUB foo 1
A< +OK
A> PUB foo 2
A> ok
A< +OK
A< MSG foo 1 2
A< ok
A> UNSUB 1
A< +OK
A> PING
A< PONG

== verbose: the confirmation of a PUB comes before its delivery #10
A> CONNECT {"verbose":true,"pedantic":false}
A> SUB foo 1
A> PUB foo 0
A> 
A> PING
A< +OK
A< +OK
A< +OK
A< MSG foo 1 0
A< 
A< PONG

== verbs in any case #12
A> connect {"verbose":false}
A> sub foo 1
A> Pub foo 2
A> ok
A< MSG foo 1 2
A< ok
A> pInG
A< PONG
A> unsub 1
A> pub foo 2
A> ok
A: sync

== tabs and several blanks separate arguments #12
A> SUB   foo\t\tworkers \t 1
A> PUB\tfoo  \t reply \t2
A> ok
A< MSG foo 1 reply 2
A< ok

== blanks before a verb aren't allowed #12 #19~ @error
A>   PING
A< -ERR 'Unknown Protocol Operation'
A: closed

== blanks at the end of a line are nothing #12
A> SUB foo 1  \t
A> PUB foo 2\s
A> ok
A< MSG foo 1 2
A< ok
A> PING\s
A< PONG

== a line and a payload may be cut anywhere #13
A> SUB fo\
A: silent 20
A> o 1\r\
A: silent 20
A> \nPUB foo 4\r\nab\
A: silent 20
A> cd\r\
A: silent 20
A> \nPI\
A< MSG foo 1 4
A< abcd
A> NG
A< PONG

== many operations in one write keep their order #13 #78~
A> SUB foo 1
A> <repeat 50 PUB foo 1\r\nx\r\n>PING
A< <repeat 50 MSG foo 1 1\r\nx\r\n>PONG

== a control line may end with LF alone #14~
A> SUB foo 1\nPUB foo 2\nok\r\nPING\n\
A< MSG foo 1 2
A< ok
A< PONG

== a payload must end with CRLF #14 #19~ @error
A> PUB foo 2\r\nok\n\
A< -ERR 'Unknown Protocol Operation'
A: closed

== a control line of 4,096 bytes at most #15~
A> SUB <repeat 4000 a> 1
A: sync

== the arguments of a control line are 4,096 bytes at most #15 @error
A> SUB <repeat 4094 a> 1
A: sync
A> SUB <repeat 4095 a> 1
A< -ERR 'maximum control line exceeded'
A: closed

== a longer control line closes the connection #15 #101~ @error
A> SUB <repeat 4200 a> 1
A< -ERR 'maximum control line exceeded'
A: closed

== max_control_line can be set #15 @error
conf:
  max_control_line: 512
A> SUB <repeat 480 a> 1
A: sync
A> SUB <repeat 600 a> 2
A< -ERR 'maximum control line exceeded'
A: closed

== a control line that never ends is cut off #15 @error
conf:
  max_control_line: 512
A> SUB <repeat 2000 a>\
A< -ERR 'maximum control line exceeded'
A: closed

== pedantic: a publish to a pattern is an error, and is delivered all the same #16 #68~ #91~ @error
A> CONNECT {"verbose":false,"pedantic":true}
A> SUB foo.* 1
A> PUB foo.* 2
A> ok
A< -ERR 'Invalid Publish Subject'
A< MSG foo.* 1 2
A< ok
A: sync

== not pedantic: a publish to a pattern goes to those who can match it #16 #68
A> CONNECT {"verbose":false,"pedantic":false}
A> SUB foo.* 1
A> PUB foo.* 2
A> ok
A< MSG foo.* 1 2
A< ok

== echo off: one's own messages don't come back #17
A> CONNECT {"verbose":false,"echo":false}
A> SUB foo 1
B> SUB foo 1
B: sync
A> PUB foo 2
A> ok
A: sync
B< MSG foo 1 2
B< ok
B> PUB foo 3
B> you
B< MSG foo 1 3
B< you
A< MSG foo 1 3
A< you

== echo off: a queue member of one's own isn't chosen #17 #72~
A> CONNECT {"verbose":false,"echo":false}
A> SUB foo workers 1
A: sync
B> SUB foo workers 1
B: sync
A> <repeat 5 PUB foo 1\r\nx\r\n>PING
A< PONG
B< <repeat 5 MSG foo 1 1\r\nx\r\n>\

== a sid that is taken keeps its first subscription #18
A> SUB foo 1
A> SUB bar 1
A> PUB bar 1
A> b
A> PUB foo 1
A> f
A< MSG foo 1 1
A< f

== an unknown operation closes the connection #19 #92~ @error
A> FOO bar
A< -ERR 'Unknown Protocol Operation'
A: closed

== what only servers send is an unknown operation #19 @error
A> MSG foo 1 2
A> ok
A< -ERR 'Unknown Protocol Operation'
A: closed

== operations of routes are unknown to clients #19 @error
A> RS+ $G foo
A< -ERR 'Unknown Protocol Operation'
A: closed

== operations of leaf nodes are unknown to clients #19 @error
A> LS+ foo
A< -ERR 'Unknown Protocol Operation'
A: closed

== INFO and +OK from a client are ignored #11~ #19~
A> INFO {"server_id":"x"}
A> +OK
A: sync

== -ERR from a client ends its connection #11 @error
A> -ERR 'oh no'
A: closed

== HTTP on the client port is no protocol #20 @error
A: raw
A< INFO <any>
A> GET / HTTP/1.1
A> Host: localhost
A> 
A< -ERR 'Unknown Protocol Operation'
A: closed

== overlapping subscriptions of one client each get the message #23
A> SUB foo.* 1
A> SUB foo.> 2
A> SUB foo.bar 3
A> PUB foo.bar 2
A> ok
A: any order
  MSG foo.bar 1 2\r\nok
  MSG foo.bar 2 2\r\nok
  MSG foo.bar 3 2\r\nok

== a missing sid closes without a word #6 #92~ @error
A> SUB foo
A: closed

== too many arguments of SUB close without a word #6 #92~ @error
A> SUB foo queue 1 more
A: closed

== PUB without a size closes without a word #4 #92~ @error
A> PUB foo
A: closed

== a size that is no number closes without a word #4 #92 @error
A> PUB foo abc
A: closed

== a negative size closes without a word #4 #92 @error
A> PUB foo -1
A: closed

== a size beyond all numbers closes without a word #4 #92 @error
A> PUB foo 99999999999999999999
A: closed

== a payload longer than its size is an unknown operation #4 #92 @error
A> PUB foo 2
A> okay
A< -ERR 'Unknown Protocol Operation'
A: closed

== CONNECT with broken JSON closes without a word #3 #92 @error
A> CONNECT {"verbose":
A: closed

== CONNECT with nothing closes without a word #3 #92 @error
A> CONNECT 
A: closed

== CONNECT with a JSON array closes without a word #3 #92 @error
A> CONNECT [1]
A: closed

== PUB, SUB and UNSUB without a blank are unknown operations #19 @error
A> PUB
A< -ERR 'Unknown Protocol Operation'
A: closed
B> SUB
B< -ERR 'Unknown Protocol Operation'
B: closed
C> UNSUB
C< -ERR 'Unknown Protocol Operation'
C: closed

== too many arguments of PUB close without a word #4 #92 @error
A> PUB foo reply more 1
A> x
A: closed

== too many arguments of UNSUB close without a word #7 #92 @error
A> UNSUB 1 2 3
A: closed

== UNSUB with a word for a number ends the subscription at once #7 #92~
A> SUB foo 1
A> UNSUB 1 x
A> PUB foo 0
A> 
A: sync

== UNSUB with a negative number of messages #7 @error
A> SUB foo 1
A> UNSUB 1 -5
A> PUB foo 1
A> x
A: sync
