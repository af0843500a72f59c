# Header blocks, and the answer to a request that nobody can answer.

== a block with several lines passes unchanged #56 #57
A> CONNECT {"verbose":false,"headers":true}
A> SUB h 1
A> HPUB h 50 52
A> NATS/1.0\r\nkey: one\r\nKEY: two\r\nNoBlank:x\r\nA:  y\r\n\r\nok
A< HMSG h 1 50 52
A< NATS/1.0\r\nkey: one\r\nKEY: two\r\nNoBlank:x\r\nA:  y\r\n\r\nok

== a header alone, without a body #56
A> CONNECT {"verbose":false,"headers":true}
A> SUB h 1
A> HPUB h 12 12
A> NATS/1.0\r\n\r\n
A< HMSG h 1 12 12
A< NATS/1.0\r\n\r\n

== a receiver without headers gets the body as MSG #58 #8
A> CONNECT {"verbose":false,"headers":true}
A: sync
B> CONNECT {"verbose":false,"headers":false}
B> SUB h 1
B: sync
A> HPUB h reply 22 27
A> NATS/1.0\r\nBar: Baz\r\n\r\nhello
A: sync
B< MSG h 1 reply 5
B< hello

== header and body together must fit max_payload #59 @error
conf:
  max_payload: 30
A> CONNECT {"verbose":false,"headers":true}
A> SUB h 1
A> HPUB h 22 30
A> NATS/1.0\r\nBar: Baz\r\n\r\n12345678
A< HMSG h 1 22 30
A< NATS/1.0\r\nBar: Baz\r\n\r\n12345678
A> HPUB h 22 31
A> NATS/1.0\r\nBar: Baz\r\n\r\n123456789
A< -ERR 'Maximum Payload Violation'
A: closed

== a header longer than the whole closes without a word #60 @error
A> CONNECT {"verbose":false,"headers":true}
A> HPUB h 23 22
A> NATS/1.0\r\nBar: Baz\r\n\r\n
A: closed

== a negative header size closes without a word #60 @error
A> CONNECT {"verbose":false,"headers":true}
A> HPUB h -1 22
A: closed

== HPUB with one size closes without a word #60 @error
A> CONNECT {"verbose":false,"headers":true}
A> HPUB h 22
A: closed

== HPUB of a client without headers closes without a word #60 #99 @error
A> HPUB h 12 12
A: closed

== a server without header support refuses HPUB #60 #30 @error
conf:
  no_header_support: true
A> CONNECT {"verbose":false,"headers":true}
A> HPUB h 12 12
A: closed

== the server doesn't read the block: nonsense passes too #56 #60~
A> CONNECT {"verbose":false,"headers":true}
A> SUB h 1
A> HPUB h 4 6
A> abcdok
A< HMSG h 1 4 6
A< abcdok

== a request without responders is answered by 503 #61 #63 @error
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB reply.1 7
A> PUB nobody.home reply.1 2
A> hi
A< HMSG reply.1 7 43 43
A< NATS/1.0 503\r\nNats-Subject: nobody.home\r\n\r\n

== a request by HPUB too #61 @error
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB reply.1 7
A> HPUB nobody.home reply.1 12 14
A> NATS/1.0\r\n\r\nhi
A< HMSG reply.1 7 <any>
A< NATS/1.0 503\r\nNats-Subject: nobody.home\r\n\r\n

== 503 arrives before the PONG of a later PING #61 @error
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB r.* 7
A> PUB x r.1 0
A> 
A> PING
A< HMSG r.1 7 <any>
A< NATS/1.0 503\r\nNats-Subject: x\r\n\r\n
A< PONG

== no 503 without a reply subject #61
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB > 7
A> UNSUB 7
A> PUB nobody.home 2
A> hi
A: sync

== no 503 for clients that didn't ask for it #62~
A> CONNECT {"verbose":false,"headers":true}
A> SUB reply.1 7
A> PUB nobody.home reply.1 2
A> hi
A: sync

== no 503 when somebody listens #61
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB service 1
B: sync
A> SUB reply.1 7
A> PUB service reply.1 2
A> hi
A: sync
B< MSG service 1 reply.1 2
B< hi

== 503 when only the requestor listens, without echo #61 #17~ @error
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"echo":false}
A> SUB service 1
A> SUB reply.1 7
A> PUB service reply.1 2
A> hi
A< HMSG reply.1 7 <any>
A< NATS/1.0 503\r\nNats-Subject: service\r\n\r\n

== 503 goes to the requestor's own subscription, nobody else's #62~ @error
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB reply.1 1
B: sync
A> SUB reply.1 7
A> PUB nobody reply.1 2
A> hi
A< HMSG reply.1 7 <any>
A< NATS/1.0 503\r\nNats-Subject: nobody\r\n\r\n
B: sync

== a request whose member left is answered by 503 #61 @error
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB reply.1 7
B> SUB service 1
B: sync
B> UNSUB 1
B: sync
A> PUB service reply.1 2
A> hi
A< HMSG reply.1 7 <any>
A< NATS/1.0 503\r\nNats-Subject: service\r\n\r\n

== clients may send status lines as well #64
A> CONNECT {"verbose":false,"headers":true}
A> SUB h 1
A> HPUB h 32 32
A> NATS/1.0 408 Request Timeout\r\n\r\n
A< HMSG h 1 32 32
A< NATS/1.0 408 Request Timeout\r\n\r\n
