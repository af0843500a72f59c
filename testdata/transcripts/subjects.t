# Subjects, patterns and queue groups.

== any UTF-8 but blanks and control characters makes a token #65
A> SUB größe.✓.- 1
A> PUB größe.✓.- 0
A> 
A< MSG größe.✓.- 1 0
A< 

== invalid UTF-8 is a token too #65~
A> SUB a.\xff\xfe 1
A> PUB a.\xff\xfe 0
A> 
A< MSG a.\xff\xfe 1 0
A< 

== case matters #66
A> SUB Foo 1
A> PUB foo 0
A> 
A> PUB Foo 0
A> 
A< MSG Foo 1 0
A< 

== * is one whole token #67
A> SUB a.*.c 1
A> PUB a.b.c 0
A> 
A> PUB a.c 0
A> 
A> PUB a.b.b.c 0
A> 
A> PUB a.b.d 0
A> 
A< MSG a.b.c 1 0
A< 

== > is one token or more #67
A> SUB a.> 1
A> PUB a 0
A> 
A> PUB a.b 0
A> 
A> PUB a.b.c.d 0
A> 
A< MSG a.b 1 0
A< 
A< MSG a.b.c.d 1 0
A< 

== > alone is everything #67
A> SUB > 1
A> PUB a 0
A> 
A> PUB b.c 0
A> 
A< MSG a 1 0
A< 
A< MSG b.c 1 0
A< 

== wildcard characters inside a token are plain characters #67
A> SUB a*.b 1
A> SUB a.b> 2
A> PUB a*.b 0
A> 
A> PUB aX.b 0
A> 
A> PUB a.b> 0
A> 
A< MSG a*.b 1 0
A< 
A< MSG a.b> 2 0
A< 

== several wildcards #67
A> SUB *.b.*.> 1
A> PUB a.b.c.d 0
A> 
A> PUB a.b.c 0
A> 
A< MSG a.b.c.d 1 0
A< 

== tokens count: shorter and longer subjects don't match #67
A> SUB a.b 1
A> PUB a 0
A> 
A> PUB a.b.c 0
A> 
A> PUB a.b 0
A> 
A< MSG a.b 1 0
A< 

== pedantic: a publish with an empty token is an error #68 #91 @error
A> CONNECT {"verbose":false,"pedantic":true}
A> PUB a..b 0
A> 
A< -ERR 'Invalid Publish Subject'
A> PUB a.b. 0
A> 
A< -ERR 'Invalid Publish Subject'
A> PUB .a 0
A> 
A< -ERR 'Invalid Publish Subject'
A: sync

== not pedantic: a publish with an empty token is accepted #68
A> CONNECT {"verbose":false,"pedantic":false}
A> SUB > 1
A> PUB a..b 0
A> 
A> PUB a.b. 0
A> 
A: sync

== an empty token in SUB #69 #91 @error
A> CONNECT {"verbose":false,"pedantic":false}
A> SUB foo..bar 1
A< -ERR 'Invalid Subject'
A> SUB .foo 1
A< -ERR 'Invalid Subject'
A> SUB foo. 1
A< -ERR 'Invalid Subject'
A: sync

== > before the end in SUB #69 @error
A> SUB foo.>.bar 1
A< -ERR 'Invalid Subject'
A: sync

== verbose: a refused SUB is an error and no OK #69 #10~ @error
A> CONNECT {"verbose":true}
A< +OK
A> SUB foo..bar 1
A< -ERR 'Invalid Subject'
A> PING
A< PONG

== $SYS of an ordinary account is an ordinary subject #70~
A> SUB $SYS.> 1
A> PUB $SYS.FOO 0
A> 
A< MSG $SYS.FOO 1 0
A< 
A: sync

== $JS, $KV and _INBOX are ordinary without JetStream #70~
A> SUB $KV.b.> 1
A> SUB _INBOX.x.* 2
A> PUB $KV.b.k 0
A> 
A> PUB _INBOX.x.1 0
A> 
A< MSG $KV.b.k 1 0
A< 
A< MSG _INBOX.x.1 2 0
A< 

== a publish to prefixes of the servers' own traffic is refused #71 #84~ @error
A> PUB _GR_.abc 0
A> 
A< -ERR 'Permissions Violation for Publish to "_GR_.abc"'
A> PUB $NRG.x 0
A> 
A< -ERR 'Permissions Violation for Publish to "$NRG.x"'
A: sync

== a queue group delivers once #72~
A> SUB jobs.* workers 1
A: sync
B> SUB jobs.* workers 1
B: sync
C> PUB jobs.7 2
C> ok
one of A, B< MSG jobs.7 1 2
one of A, B< ok

== a queue group within one connection delivers once #72~
A> SUB q g 1
A> SUB q g 2
A> PUB q 0
A> 
A< MSG q <1|2> 0
A< 

== two groups and a plain subscriber: three copies #72~ #74
A> SUB q g1 1
A> SUB q g2 2
A> SUB q 3
A> PUB q 0
A> 
A: any order
  MSG q 1 0\r\n
  MSG q 2 0\r\n
  MSG q 3 0\r\n

== members of a group with different patterns: one copy per pattern group #72~
A> SUB q.* g 1
A> SUB q.> g 2
A> PUB q.a 0
A> 
A< MSG q.a <1|2> 0
A< 

== the other members go on when one leaves #72~ #76~
A> SUB q g 1
A: sync
B> SUB q g 1
B: sync
A: close
wait 50
C> <repeat 20 PUB q 1\r\nx\r\n>PING
C< PONG
B< <repeat 20 MSG q 1 1\r\nx\r\n>\

== each member gets its share #72~
A> SUB q g 1
A: sync
B> SUB q g 1
B: sync
C> <repeat 200 PUB q 0\r\n\r\n>PING
C< PONG
A: skip to <repeat 20 MSG q 1 0\r\n\r\n>
B: skip to <repeat 20 MSG q 1 0\r\n\r\n>
A: close
B: close

== wildcard characters in a queue name are plain characters #73
A> SUB q g.* 1
A> SUB q g.a 2
A> PUB q 0
A> 
A: any order
  MSG q 1 0\r\n
  MSG q 2 0\r\n

== a queue name with an empty token #73 @error
A> SUB q a..b 1
A> SUB q .a 2
A: sync

== too many tokens in SUB #77 @error
conf:
  max_sub_tokens: 4
A> SUB a.b.c.d 1
A> SUB a.b.c.d.e 2
A< -ERR '<any>'
A: sync

== messages of one publisher keep their order #78
B> SUB o.> 1
B: sync
A> <repeat 300 PUB o.1 1\r\na\r\nPUB o.2 1\r\nb\r\n>PING
A< PONG
B< <repeat 300 MSG o.1 1 1\r\na\r\nMSG o.2 1 1\r\nb\r\n>\

== the match cache is seen in /subsz #79
only reference: match caches belong to workers and aren't counted
A> SUB a 1
A> PUB a 0
A> 
A< MSG a 1 0
A< 
A> PUB a 0
A> 
A< MSG a 1 0
A< 
http /subsz 200 {"num_subscriptions":"<positive>","num_cache":"<positive>","num_inserts":"<positive>","num_matches":"<positive>","cache_hit_rate":"<number>","max_fanout":"<number>"}

== a subscription made after a cached match is found #79~
A> SUB a.b 1
A> PUB a.b 0
A> 
A< MSG a.b 1 0
A< 
A> SUB a.* 2
A> PUB a.b 0
A> 
A: any order
  MSG a.b 1 0\r\n
  MSG a.b 2 0\r\n
A> UNSUB 1
A> PUB a.b 0
A> 
A< MSG a.b 2 0
A< 
