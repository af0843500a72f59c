# Acknowledgements: what each body means, floors, redelivery, backoff, deliveries that end, and what info counts.

# A disk that others use, too, may take its time.
before:
  timeout 10000

== every body that acknowledges #402~ #403~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":4,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":4}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.3 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.2 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.1 1
B< 3
B< MSG s.1 9 $JS.ACK.S.D.1.4.4.<t4:number>.0 1
B< 4
B> PUB $JS.ACK.S.D.1.1.1.<t1>.3 0
B> 
B: sync
wait 40
B> PUB $JS.ACK.S.D.1.2.2.<t2>.2 4
B> +ACK
B: sync
wait 40
B> PUB $JS.ACK.S.D.1.3.3.<t3>.1 3
B> +OK
B: sync
wait 40
A> PUB $JS.API.CONSUMER.INFO.S.D _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":4,"stream_seq":4},"ack_floor":{"consumer_seq":3,"stream_seq":3}}
B> PUB $JS.ACK.S.D.1.4.4.<t4>.0 5
B> bogus
B: sync
wait 40
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":4,"stream_seq":4},"ack_floor":{"consumer_seq":3,"stream_seq":3}}

== an ack with a reply is answered #402
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 1
B< 2
B> PUB $JS.ACK.S.D.1.2.2.<t2>.0 _IB.4 4
B> +ACK
B< MSG _IB.4 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> PUB $JS.ACK.S.D.1.1.1.<t1>.1 _IB.6 4
B> +ACK
B< MSG _IB.6 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":2,"stream_seq":2}}
B> PUB $JS.ACK.S.D.1.1.1.<t1>.1 _IB.8 4
B> +ACK
B< MSG _IB.8 1 0
B< 

== explicit acks move the floor when the gap closes #402~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":3}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.2 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.1 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.0 1
B< 3
B> PUB $JS.ACK.S.D.1.3.3.<t3>.0 _IB.5 4
B> +ACK
B< MSG _IB.5 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> PUB $JS.ACK.S.D.1.1.1.<t1>.2 _IB.7 4
B> +ACK
B< MSG _IB.7 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":1,"stream_seq":1}}
B> PUB $JS.ACK.S.D.1.2.2.<t2>.1 _IB.9 4
B> +ACK
B< MSG _IB.9 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":3,"stream_seq":3}}

== one ack for all before it #402~ #375~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 68
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"all"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":4,"name":"D","config":{"ack_policy":"all"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":4}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.3 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.2 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.1 1
B< 3
B< MSG s.1 9 $JS.ACK.S.D.1.4.4.<t4:number>.0 1
B< 4
B> PUB $JS.ACK.S.D.1.3.3.<t3>.1 _IB.6 4
B> +ACK
B< MSG _IB.6 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":4,"stream_seq":4},"ack_floor":{"consumer_seq":3,"stream_seq":3}}
B> PUB $JS.ACK.S.D.1.1.1.<t1>.3 _IB.8 4
B> +ACK
B< MSG _IB.8 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":4,"stream_seq":4},"ack_floor":{"consumer_seq":3,"stream_seq":3}}
B> PUB $JS.ACK.S.D.1.4.4.<t4>.0 _IB.10 4
B> +ACK
B< MSG _IB.10 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.11 0
A> 
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":4,"stream_seq":4},"ack_floor":{"consumer_seq":4,"stream_seq":4}}

== acks of a consumer that takes none #375~ #402~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 69
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"none"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"none"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
B> PUB $JS.ACK.S.D.1.1.1.<t1>.0 4
B> +ACK
B: sync
wait 40
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":1,"stream_seq":1}}

== acks that fit nothing are ignored #402~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B> PUB $JS.ACK.S.D.1.99.99.0.0 0
B> 
B> PUB $JS.ACK.S.Q.1.1.1.0.0 0
B> 
B> PUB $JS.ACK.Q.D.1.1.1.0.0 0
B> 
B> PUB $JS.ACK.S.D.1 0
B> 
B> PUB $JS.ACK.S.D.x.y.z.0.0 0
B> 
wait 60
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== a nak is delivered again at once #403~ #401~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 1
B< 2
B> PUB $JS.ACK.S.D.1.1.1.<t1>.1 4
B> -NAK
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.2.1.3.<t3:number>.0 1
B< 1
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":2,"num_waiting":0,"num_redelivered":1,"delivered":{"consumer_seq":3,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> PUB $JS.ACK.S.D.2.1.3.<t3>.0 _IB.5 4
B> +ACK
B< MSG _IB.5 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":3,"stream_seq":2},"ack_floor":{"consumer_seq":1,"stream_seq":1}}

== a nak with a delay #403~ #401~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
B> PUB $JS.ACK.S.D.1.1.1.<t1>.0 24
B> -NAK {"delay":400000000}
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 31
B> {"batch":1,"expires":200000000}
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 0\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":3000000000}
B< MSG s.1 9 $JS.ACK.S.D.2.1.2.<t2:number>.0 1
B< 1
B> PUB $JS.ACK.S.D.2.1.2.<t2>.0 10
B> -NAK 300ms
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 31
B> {"batch":1,"expires":150000000}
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 0\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":3000000000}
B< MSG s.1 9 $JS.ACK.S.D.3.1.3.<t3:number>.0 1
B< 1

== naks with delays that can't be read #403~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":3}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.2 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.1 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.0 1
B< 3
B> PUB $JS.ACK.S.D.1.1.1.<t1>.2 18
B> -NAK {"delay":"x"}
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.2.1.4.<t4:number>.0 1
B< 1
B> PUB $JS.ACK.S.D.1.2.2.<t2>.1 9
B> -NAK soon
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.2.2.5.<t5:number>.0 1
B< 2
B> PUB $JS.ACK.S.D.1.3.3.<t3>.0 6
B> -NAK {
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.2.3.6.<t6:number>.0 1
B< 3

== a term is never delivered again #403~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 1
B< 2
B> PUB $JS.ACK.S.D.1.1.1.<t1>.1 5
B> +TERM
B: sync
wait 40
B> PUB $JS.ACK.S.D.1.2.2.<t2>.0 _IB.4 18
B> +TERM it is broken
B< MSG _IB.4 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":2,"stream_seq":2}}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":1,"no_wait":true}
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n

== work in progress #403~ #377~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 94
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","ack_wait":600000000}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit","ack_wait":600000000}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
wait 350
B> PUB $JS.ACK.S.D.1.1.1.<t1>.0 4
B> +WPI
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 31
B> {"batch":1,"expires":400000000}
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 0\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":3000000000}
B< MSG s.1 9 $JS.ACK.S.D.2.1.2.<t2:number>.0 1
B< 1

== +NXT acknowledges and pulls #403~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.1 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":5,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.4 1
B< 1
# the answer of +NXT is the next message
B> PUB $JS.ACK.S.D.1.1.1.0.4 _P.B 4
B> +NXT
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.3 1
B< 2
B> PUB $JS.ACK.S.D.1.2.2.0.3 _P.B 6
B> +NXT 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.2 1
B< 3
B< MSG s.1 9 $JS.ACK.S.D.1.4.4.<t4:number>.1 1
B< 4
B> PUB $JS.ACK.S.D.1.3.3.0.2 _P.B 31
B> +NXT {"batch":1,"no_wait":true}
B< MSG s.1 9 $JS.ACK.S.D.1.5.5.<t5:number>.0 1
B< 5
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":5,"stream_seq":5},"ack_floor":{"consumer_seq":3,"stream_seq":3}}

== ack_wait is over #377 #401
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 94
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","ack_wait":300000000}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit","ack_wait":300000000}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 1
B< 2
B> PUB $JS.ACK.S.D.1.1.1.<t1>.1 _IB.4 4
B> +ACK
B< MSG _IB.4 1 0
B< 
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":4000000000}
B< MSG s.1 9 $JS.ACK.S.D.2.2.3.<t3:number>.0 1
B< 2
A> PUB $JS.API.CONSUMER.INFO.S.D _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":1,"delivered":{"consumer_seq":3,"stream_seq":2},"ack_floor":{"consumer_seq":1,"stream_seq":1}}

== redelivery comes before what is new #401~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.2 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.1 1
B< 2
B> PUB $JS.ACK.S.D.1.2.2.<t2>.1 4
B> -NAK
B: sync
wait 40
B> PUB $JS.ACK.S.D.1.1.1.<t1>.2 4
B> -NAK
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":3}
B< MSG s.1 9 $JS.ACK.S.D.2.2.3.<t3:number>.1 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.2.1.4.<t4:number>.1 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.3.5.<t5:number>.0 1
B< 3

== redelivered messages count up #401~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
B> PUB $JS.ACK.S.D.1.1.1.<t1>.0 4
B> -NAK
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.2.1.2.<t2:number>.0 1
B< 1
B> PUB $JS.ACK.S.D.2.1.2.<t2>.0 4
B> -NAK
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.3.1.3.<t3:number>.0 1
B< 1
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":1,"delivered":{"consumer_seq":3,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> PUB $JS.ACK.S.D.3.1.3.<t3>.0 _IB.4 4
B> +ACK
B< MSG _IB.4 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":3,"stream_seq":1},"ack_floor":{"consumer_seq":3,"stream_seq":1}}

== backoff has a step for each delivery #378
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 121
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":4,"backoff":[200000000,400000000]}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit","max_deliver":4,"backoff":[200000000,400000000]}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":4000000000}
B< MSG s.1 9 $JS.ACK.S.D.2.1.2.<t2:number>.0 1
B< 1
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 31
B> {"batch":1,"expires":250000000}
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 0\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":4000000000}
B< MSG s.1 9 $JS.ACK.S.D.3.1.3.<t3:number>.0 1
B< 1
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":1,"delivered":{"consumer_seq":3,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== max_deliver is the end of it #404~ #378~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":2}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit","max_deliver":2}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
C> CONNECT {"verbose":false,"headers":true,"no_responders":true}
C> SUB _IC.> 1
C> SUB $JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.> 7
C: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B> PUB $JS.ACK.S.D.1.1.1.<t1>.1 4
B> -NAK
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.2.1.2.<t2:number>.1 1
B< 1
B> PUB $JS.ACK.S.D.2.1.2.<t2>.1 4
B> -NAK
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":3000000000}
B< MSG s.1 9 $JS.ACK.S.D.1.2.3.<t3:number>.0 1
B< 2
C< MSG $JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.S.D 7 <number>
C< ~{"type":"io.nats.jetstream.advisory.v1.max_deliver","stream":"S","consumer":"D","stream_seq":1,"deliveries":2}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"delivered":{"consumer_seq":3,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== max_deliver after ack_wait #404
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 110
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":1,"ack_wait":200000000}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit","ack_wait":200000000,"max_deliver":1}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
C> CONNECT {"verbose":false,"headers":true,"no_responders":true}
C> SUB _IC.> 1
C> SUB $JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.> 7
C: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
C< MSG $JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.S.D 7 <number>
C< ~{"type":"io.nats.jetstream.advisory.v1.max_deliver","stream":"S","consumer":"D","stream_seq":1,"deliveries":1}
wait 50
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":1,"no_wait":true}
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n

== an ack after the last delivery still counts #404~ #402~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 110
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":1,"ack_wait":200000000}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit","ack_wait":200000000,"max_deliver":1}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
C> CONNECT {"verbose":false,"headers":true,"no_responders":true}
C> SUB _IC.> 1
C> SUB $JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.> 7
C: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
C< MSG $JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.S.D 7 <number>
C< ~{"type":"io.nats.jetstream.advisory.v1.max_deliver","stream":"S","consumer":"D","stream_seq":1,"deliveries":1}
B> PUB $JS.ACK.S.D.1.1.1.<t1>.0 _IB.3 4
B> +ACK
B< MSG _IB.3 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== a full window that is sent again #384~ #401~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 114
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":2,"ack_wait":300000000}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"explicit","ack_wait":300000000,"max_ack_pending":2}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.2 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.1 1
B< 2
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":2,"expires":4000000000}
B< MSG s.1 9 $JS.ACK.S.D.2.1.3.<t3:number>.1 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.2.2.4.<t4:number>.1 1
B< 2
A> PUB $JS.API.CONSUMER.INFO.S.D _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":2,"num_waiting":0,"num_redelivered":2,"delivered":{"consumer_seq":4,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== an ack of an older delivery counts #402~ #401~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
B> PUB $JS.ACK.S.D.1.1.1.<t1>.0 4
B> -NAK
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.2.1.2.<t2:number>.0 1
B< 1
B> PUB $JS.ACK.S.D.1.1.1.<t1>.0 _IB.3 4
B> +ACK
B< MSG _IB.3 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":1},"ack_floor":{"consumer_seq":2,"stream_seq":1}}

== acks after a purge #417~ #402~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":3}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.2 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.1 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.0 1
B< 3
A> PUB $JS.API.STREAM.PURGE.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":3}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":3,"stream_seq":3}}
B> PUB $JS.ACK.S.D.1.1.1.<t1>.2 _IB.7 4
B> +ACK
B< MSG _IB.7 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":3,"stream_seq":3}}
A> PUB s.1 _I.9 1
A> x
A< MSG _I.9 1 22
A< {"stream":"S","seq":4}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.4.4.<t4:number>.0 1
B< x

== acks after a message was deleted #417~ #402~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":3}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.2 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.1 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.0 1
B< 3
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.5 9
A> {"seq":1}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":1,"stream_seq":1}}
B> PUB $JS.ACK.S.D.1.2.2.<t2>.1 _IB.7 4
B> +ACK
B< MSG _IB.7 1 0
B< 
B> PUB $JS.ACK.S.D.1.3.3.<t3>.0 _IB.8 4
B> +ACK
B< MSG _IB.8 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":3,"stream_seq":3}}

== messages that limits took #417~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 44
A> {"name":"S","subjects":["s.*"],"max_msgs":2}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"max_msgs":2}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.3 1
A> 2
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 1
B< 2
A> PUB s.1 _I.4 1
A> 3
A< MSG _I.4 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.5 1
A> 4
A< MSG _I.5 1 22
A< {"stream":"S","seq":4}
wait 80
A> PUB $JS.API.CONSUMER.INFO.S.D _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":2,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":2,"stream_seq":2}}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":5,"no_wait":true}
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.1 1
B< 3
B< MSG s.1 9 $JS.ACK.S.D.1.4.4.<t4:number>.0 1
B< 4
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":4,"stream_seq":4},"ack_floor":{"consumer_seq":2,"stream_seq":2}}

== ack_wait, max_deliver and max_ack_pending by update #395~ #377~ #384~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 93
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":1}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"explicit","max_ack_pending":1}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":2,"expires":5000000000}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.2 1
B< 1
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 93
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":2}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"num_ack_pending":1,"num_waiting":1,"name":"D","config":{"ack_policy":"explicit","max_ack_pending":2}}
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.1 1
B< 2
A> PUB $JS.API.CONSUMER.INFO.S.D _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.7 114
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":2,"ack_wait":300000000}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"num_ack_pending":2,"name":"D","config":{"ack_policy":"explicit","ack_wait":300000000,"max_ack_pending":2}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"config":{"ack_wait":300000000},"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== a consumer deleted and made anew forgets #402~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","success":true}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t2:number>.0 1
B< 1
A> PUB $JS.API.CONSUMER.INFO.S.D _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== acks of work queues remove, terms too #357~ #403~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 55
A> {"name":"S","subjects":["s.*"],"retention":"workqueue"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"retention":"workqueue"}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":4,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":4}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.3 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.2 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.1 1
B< 3
B< MSG s.1 9 $JS.ACK.S.D.1.4.4.<t4:number>.0 1
B< 4
B> PUB $JS.ACK.S.D.1.1.1.<t1>.3 _IB.6 4
B> +ACK
B< MSG _IB.6 1 0
B< 
B> PUB $JS.ACK.S.D.1.2.2.<t2>.2 _IB.7 5
B> +TERM
B< MSG _IB.7 1 0
B< 
B> PUB $JS.ACK.S.D.1.3.3.<t3>.1 4
B> -NAK
B: sync
wait 40
A> PUB $JS.API.STREAM.INFO.S _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":68,"first_seq":3,"last_seq":4,"num_subjects":1,"consumer_count":1}}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.2.3.5.<t5:number>.0 1
B< 3
B> PUB $JS.ACK.S.D.2.3.5.<t5>.0 _IB.9 4
B> +ACK
B< MSG _IB.9 1 0
B< 
A> PUB $JS.API.STREAM.INFO.S _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":4,"last_seq":4,"num_subjects":1,"consumer_count":1}}

== one ack for all in an interest stream #356~ #402~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 54
A> {"name":"S","subjects":["s.*"],"retention":"interest"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"retention":"interest"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 68
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"all"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"all"}}
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.3 1
A> 2
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.4 1
A> 3
A< MSG _I.4 1 22
A< {"stream":"S","seq":3}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":3}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.2 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.1 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.0 1
B< 3
B> PUB $JS.ACK.S.D.1.2.2.<t2>.1 _IB.5 4
B> +ACK
B< MSG _IB.5 1 0
B< 
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":3,"last_seq":3,"num_subjects":1,"consumer_count":1}}
B> PUB $JS.ACK.S.D.1.3.3.<t3>.0 _IB.7 4
B> +ACK
B< MSG _IB.7 1 0
B< 
A> PUB $JS.API.STREAM.INFO.S _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":4,"last_seq":3,"consumer_count":1}}

== num_redelivered falls with acks #401~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 1
B< 2
B> PUB $JS.ACK.S.D.1.1.1.<t1>.1 4
B> -NAK
B: sync
wait 40
B> PUB $JS.ACK.S.D.1.2.2.<t2>.0 4
B> -NAK
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.2.1.3.<t3:number>.0 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.2.2.4.<t4:number>.0 1
B< 2
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":2,"num_waiting":0,"num_redelivered":2,"delivered":{"consumer_seq":4,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> PUB $JS.ACK.S.D.1.1.1.<t1>.1 _IB.5 4
B> +ACK
B< MSG _IB.5 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":1,"delivered":{"consumer_seq":4,"stream_seq":2},"ack_floor":{"consumer_seq":1,"stream_seq":1}}
B> PUB $JS.ACK.S.D.1.2.2.<t2>.0 _IB.7 5
B> +TERM
B< MSG _IB.7 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":4,"stream_seq":2},"ack_floor":{"consumer_seq":4,"stream_seq":2}}

== sampled acks #382
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 94
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","sample_freq":"100%"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit","sample_freq":"100%"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
C> CONNECT {"verbose":false,"headers":true,"no_responders":true}
C> SUB _IC.> 1
C> SUB $JS.EVENT.METRIC.CONSUMER.ACK.> 7
C: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B> PUB $JS.ACK.S.D.1.1.1.<t1>.1 4
B> +ACK
B: sync
wait 40
C< MSG $JS.EVENT.METRIC.CONSUMER.ACK.S.D 7 <number>
C< ~{"type":"io.nats.jetstream.metric.v1.consumer_ack","stream":"S","consumer":"D","consumer_seq":1,"stream_seq":1,"deliveries":1}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 1
B< 2
B> PUB $JS.ACK.S.D.1.2.2.<t2>.0 4
B> -NAK
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.2.2.3.<t3:number>.0 1
B< 2
B> PUB $JS.ACK.S.D.2.2.3.<t3>.0 4
B> +ACK
B: sync
wait 40
C< MSG $JS.EVENT.METRIC.CONSUMER.ACK.S.D 7 <number>
C< ~{"type":"io.nats.jetstream.metric.v1.consumer_ack","stream":"S","consumer":"D","consumer_seq":3,"stream_seq":2,"deliveries":2}

== a reset to the floor #412~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":3}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.2 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.1 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.0 1
B< 3
B> PUB $JS.ACK.S.D.1.1.1.<t1>.2 _IB.5 4
B> +ACK
B< MSG _IB.5 1 0
B< 
A> PUB $JS.API.CONSUMER.RESET.S.D _I.6 0
A> 
A< MSG _I.6 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","num_pending":2,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"reset_seq":2,"delivered":{"consumer_seq":0,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":1}}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.1.2.1.<t4:number>.1 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.2.<t5:number>.0 1
B< 3
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":3},"ack_floor":{"consumer_seq":0,"stream_seq":1}}

== a reset to a sequence #412~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":4,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":4}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.3 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.2 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.1 1
B< 3
B< MSG s.1 9 $JS.ACK.S.D.1.4.4.<t4:number>.0 1
B< 4
B> PUB $JS.ACK.S.D.1.1.1.<t1>.3 4
B> +ACK
B: sync
wait 40
B> PUB $JS.ACK.S.D.1.2.2.<t2>.2 4
B> +ACK
B: sync
wait 40
B> PUB $JS.ACK.S.D.1.3.3.<t3>.1 4
B> +ACK
B: sync
wait 40
B> PUB $JS.ACK.S.D.1.4.4.<t4>.0 _IB.6 4
B> +ACK
B< MSG _IB.6 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":4,"stream_seq":4},"ack_floor":{"consumer_seq":4,"stream_seq":4}}
A> PUB $JS.API.CONSUMER.RESET.S.D _I.8 9
A> {"seq":2}
A< MSG _I.8 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","num_pending":3,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"reset_seq":2,"config":{"seq":"<absent>"},"delivered":{"consumer_seq":0,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":1}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":3,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":1}}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":9,"no_wait":true}
B< MSG s.1 9 $JS.ACK.S.D.1.2.1.<t5:number>.2 1
B< 2
B< MSG s.1 9 $JS.ACK.S.D.1.3.2.<t6:number>.1 1
B< 3
B< MSG s.1 9 $JS.ACK.S.D.1.4.3.<t7:number>.0 1
B< 4
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n

== resets that are refused #412~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 128
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_policy":"by_start_sequence","opt_start_seq":3}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"deliver_policy":"by_start_sequence","opt_start_seq":3,"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.RESET.S.D _I.6 9
A> {"seq":2}
A< MSG _I.6 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","error":{"code":400,"err_code":10204,"description":"invalid reset: below start seq"}}
A> PUB $JS.API.CONSUMER.RESET.S.D _I.7 9
A> {"seq":3}
A< MSG _I.7 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","num_pending":2,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"reset_seq":3,"config":{"seq":"<absent>"},"delivered":{"consumer_seq":0,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":2}}
A> PUB $JS.API.CONSUMER.RESET.S.D _I.8 11
A> {"bogus":1}
A< MSG _I.8 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","num_pending":2,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"reset_seq":3,"config":{"bogus":"<absent>"},"delivered":{"consumer_seq":0,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":2}}
A> PUB $JS.API.CONSUMER.RESET.S.D _I.9 10
A> {"seq":99}
A< MSG _I.9 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"reset_seq":99,"config":{"seq":"<absent>"},"delivered":{"consumer_seq":0,"stream_seq":98},"ack_floor":{"consumer_seq":0,"stream_seq":98}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.10 97
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","deliver_policy":"last"}}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"F","config":{"deliver_policy":"last","ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.RESET.S.F _I.11 9
A> {"seq":1}
A< MSG _I.11 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","error":{"code":400,"err_code":10204,"description":"invalid reset: not allowed"}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.12 146
A> {"stream_name":"S","config":{"durable_name":"G","ack_policy":"explicit","deliver_policy":"by_start_time","opt_start_time":"2020-01-01T00:00:00Z"}}
A< MSG _I.12 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":4,"name":"G","config":{"deliver_policy":"by_start_time","opt_start_time":"2020-01-01T00:00:00Z","ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.RESET.S.G _I.13 9
A> {"seq":2}
A< MSG _I.13 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","num_pending":3,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"reset_seq":2,"config":{"seq":"<absent>"},"delivered":{"consumer_seq":0,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":1}}
A> PUB $JS.API.CONSUMER.CREATE.S.H _I.14 146
A> {"stream_name":"S","config":{"durable_name":"H","ack_policy":"explicit","deliver_policy":"by_start_time","opt_start_time":"2090-01-01T00:00:00Z"}}
A< MSG _I.14 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"H","config":{"deliver_policy":"by_start_time","opt_start_time":"2090-01-01T00:00:00Z","ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.RESET.S.H _I.15 9
A> {"seq":1}
A< MSG _I.15 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","error":{"code":400,"err_code":10204,"description":"invalid reset: below start time"}}

== a stream that begins to remove what was acknowledged #402~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> SUB _P.A 9
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true}
A> PUB $JS.API.CONSUMER.CREATE.S.C _I.1 73
A> {"stream_name":"S","config":{"durable_name":"C","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","name":"C"}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","name":"D"}
A> PUB s.1 _I.3 1
A> 1
A< MSG _I.3 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.4 1
A> 2
A< MSG _I.4 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.5 1
A> 3
A< MSG _I.5 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.6 1
A> 4
A< MSG _I.6 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.CONSUMER.MSG.NEXT.S.C _P.A 11
A> {"batch":4}
A< MSG s.1 9 $JS.ACK.S.C.1.1.1.<c1:number>.3 1
A< 1
A< MSG s.1 9 $JS.ACK.S.C.1.2.2.<c2:number>.2 1
A< 2
A< MSG s.1 9 $JS.ACK.S.C.1.3.3.<c3:number>.1 1
A< 3
A< MSG s.1 9 $JS.ACK.S.C.1.4.4.<c4:number>.0 1
A< 4
A> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.A 11
A> {"batch":3}
A< MSG s.1 9 $JS.ACK.S.D.1.1.1.<d1:number>.3 1
A< 1
A< MSG s.1 9 $JS.ACK.S.D.1.2.2.<d2:number>.2 1
A< 2
A< MSG s.1 9 $JS.ACK.S.D.1.3.3.<d3:number>.1 1
A< 3
A> PUB $JS.ACK.S.C.1.1.1.<c1>.3 _I.7 4
A> +ACK
A< MSG _I.7 1 0
A< 
A> PUB $JS.ACK.S.C.1.2.2.<c2>.2 _I.8 4
A> +ACK
A< MSG _I.8 1 0
A< 
A> PUB $JS.ACK.S.C.1.4.4.<c4>.0 _I.9 4
A> +ACK
A< MSG _I.9 1 0
A< 
A> PUB $JS.ACK.S.D.1.1.1.<d1>.3 _I.10 4
A> +ACK
A< MSG _I.10 1 0
A< 
A> PUB $JS.ACK.S.D.1.2.2.<d2>.2 _I.11 4
A> +ACK
A< MSG _I.11 1 0
A< 
A> PUB $JS.API.STREAM.INFO.S _I.12 0
A> 
A< MSG _I.12 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":4,"first_seq":1,"last_seq":4}}
A> PUB $JS.API.STREAM.UPDATE.S _I.13 54
A> {"name":"S","subjects":["s.*"],"retention":"interest"}
A< MSG _I.13 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","config":{"retention":"interest"}}
wait 100
A> PUB $JS.API.STREAM.INFO.S _I.14 0
A> 
A< MSG _I.14 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":2,"first_seq":3,"last_seq":4}}
A> PUB $JS.API.CONSUMER.DELETE.S.C _I.15 0
A> 
A< MSG _I.15 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","success":true}
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.16 0
A> 
A< MSG _I.16 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","success":true}
wait 100
A> PUB $JS.API.STREAM.INFO.S _I.17 0
A> 
A< MSG _I.17 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":0,"first_seq":5,"last_seq":4}}
A> PUB $JS.API.STREAM.UPDATE.S _I.18 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.18 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","config":{"retention":"limits"}}
A> PUB s.1 _I.19 1
A> 5
A< MSG _I.19 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.STREAM.UPDATE.S _I.20 54
A> {"name":"S","subjects":["s.*"],"retention":"interest"}
A< MSG _I.20 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","config":{"retention":"interest"}}
wait 100
A> PUB $JS.API.STREAM.INFO.S _I.21 0
A> 
A< MSG _I.21 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","state":{"messages":0,"first_seq":6,"last_seq":5}}
A> PUB $JS.API.STREAM.UPDATE.S _I.22 55
A> {"name":"S","subjects":["s.*"],"retention":"workqueue"}
A< MSG _I.22 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10052,"description":"stream configuration update can not change retention policy to/from workqueue"}}
