# Pull requests: batches, bytes, deadlines, heartbeats, waiting in line, and each status line.

# A disk that others use, too, may take its time.
before:
  timeout 10000

== a batch, and what is left #397
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
A> PUB $JS.API.CONSUMER.INFO.S.D _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":5,"no_wait":true}
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.0 1
B< 3
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n

== a pull body that is empty, a number, or neither #397~
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
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.3 1
B< 1
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 0
B> 
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.2 1
B< 2
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 5
B> hello
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.1 1
B< 3
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 2
B> {}
B< MSG s.1 9 $JS.ACK.S.D.1.4.4.<t4:number>.0 1
B< 4

== pull bodies with mistakes #397~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 13
B> {"batch":"x"}
B< HMSG _P.B 9 <number> <number>
B< NATS/1.0 400 Bad Request - <any>\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 2
B> -1
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 0
wait 60
A> PUB $JS.API.CONSUMER.INFO.S.D _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":2,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 27
B> {"batch":-5,"no_wait":true}
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n

== pulls in line are served in order #397~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.> 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.1 32
B> {"batch":1,"expires":5000000000}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.2 32
B> {"batch":1,"expires":5000000000}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.3 32
B> {"batch":2,"expires":5000000000}
wait 60
A> PUB $JS.API.CONSUMER.INFO.S.D _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":3,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
A> PUB s.1 _I.3 1
A> 0
A< MSG _I.3 1 22
A< {"stream":"S","seq":1}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 0
A> PUB s.1 _I.4 1
A> 1
A< MSG _I.4 1 22
A< {"stream":"S","seq":2}
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 1
B< 1
A> PUB s.1 _I.5 1
A> 2
A< MSG _I.5 1 22
A< {"stream":"S","seq":3}
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.0 1
B< 2
A> PUB s.1 _I.6 1
A> 3
A< MSG _I.6 1 22
A< {"stream":"S","seq":4}
B< MSG s.1 9 $JS.ACK.S.D.1.4.4.<t4:number>.0 1
B< 3
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":4,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":4,"stream_seq":4},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== a pull that waits is served when a message comes #397~ #398~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":5000000000}
wait 50
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x

== expires with nothing and with something #398
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> x
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
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 31
B> {"batch":3,"expires":200000000}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 2\r\nNats-Pending-Bytes: 0\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 31
B> {"batch":2,"expires":150000000}
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 2\r\nNats-Pending-Bytes: 0\r\n\r\n

== no_wait takes what is there #398~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":2,"no_wait":true}
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
wait 80
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":2,"no_wait":true}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n

== no_wait and expires together #398~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 46
B> {"batch":2,"no_wait":true,"expires":200000000}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 46
B> {"batch":1,"no_wait":true,"expires":150000000}
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 0\r\n\r\n

== no_wait behind a request that waits #398~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.> 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.1 32
B> {"batch":5,"expires":4000000000}
wait 50
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.2 26
B> {"batch":1,"no_wait":true}
B< HMSG _P.2 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1

== an expiry that is too short #398~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 23
B> {"batch":1,"expires":1}
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 0\r\n\r\n

== heartbeats while a pull waits #399
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 59
B> {"batch":1,"expires":1000000000,"idle_heartbeat":300000000}
B< HMSG _P.B 9 75 75
B< NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 0\r\nNats-Last-Stream: 0\r\n\r\n
B< HMSG _P.B 9 75 75
B< NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 0\r\nNats-Last-Stream: 0\r\n\r\n
B< HMSG _P.B 9 75 75
B< NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 0\r\nNats-Last-Stream: 0\r\n\r\n
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 0\r\n\r\n

== heartbeats that are too large or too small #399~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 59
B> {"batch":1,"expires":1000000000,"idle_heartbeat":600000000}
B< HMSG _P.B 9 56 56
B< NATS/1.0 400 Bad Request - heartbeat value too large\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 38
B> {"batch":1,"idle_heartbeat":600000000}
B< HMSG _P.B 9 56 56
B< NATS/1.0 400 Bad Request - heartbeat value too large\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 51
B> {"batch":1,"expires":100000000,"idle_heartbeat":-1}
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 0\r\n\r\n

== max_bytes ends a batch #397~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 20
A> xxxxxxxxxxxxxxxxxxxx
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 20
A> xxxxxxxxxxxxxxxxxxxx
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.1 _I.3 20
A> xxxxxxxxxxxxxxxxxxxx
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 20
A> xxxxxxxxxxxxxxxxxxxx
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
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 47
B> {"batch":4,"max_bytes":120,"expires":300000000}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.3 20
B< xxxxxxxxxxxxxxxxxxxx
B< HMSG _P.B 9 96 96
B< NATS/1.0 409 Message Size Exceeds MaxBytes\r\nNats-Pending-Messages: 3\r\nNats-Pending-Bytes: 58\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 46
B> {"batch":1,"max_bytes":10,"expires":300000000}
B< HMSG _P.B 9 96 96
B< NATS/1.0 409 Message Size Exceeds MaxBytes\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 10\r\n\r\n

== a message larger than max_bytes #397~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 200
A> xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
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
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 47
B> {"batch":1,"max_bytes":100,"expires":400000000}
B< HMSG _P.B 9 97 97
B< NATS/1.0 409 Message Size Exceeds MaxBytes\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 100\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 47
B> {"batch":1,"max_bytes":300,"expires":400000000}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 200
B< xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
B< HMSG _P.B 9 82 82
B< NATS/1.0 409 Batch Completed\r\nNats-Pending-Messages: 0\r\nNats-Pending-Bytes: 58\r\n\r\n

== max_bytes counts subjects, headers and replies #397~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> HPUB s.1 _I.1 26 36
A> NATS/1.0\r\nSome: header\r\n\r\nxxxxxxxxxx
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> HPUB s.1 _I.2 26 36
A> NATS/1.0\r\nSome: header\r\n\r\nyyyyyyyyyy
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
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 46
B> {"batch":2,"max_bytes":75,"expires":300000000}
B< HMSG _P.B 9 96 96
B< NATS/1.0 409 Message Size Exceeds MaxBytes\r\nNats-Pending-Messages: 2\r\nNats-Pending-Bytes: 75\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 47
B> {"batch":2,"max_bytes":200,"expires":200000000}
B< HMSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 26 36
B< NATS/1.0\r\nSome: header\r\n\r\nxxxxxxxxxx
B< HMSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 26 36
B< NATS/1.0\r\nSome: header\r\n\r\nyyyyyyyyyy
B< HMSG _P.B 9 82 82
B< NATS/1.0 409 Batch Completed\r\nNats-Pending-Messages: 0\r\nNats-Pending-Bytes: 44\r\n\r\n

== max_waiting is full #383 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_waiting":2}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_waiting":2}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.> 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.1 32
B> {"batch":1,"expires":5000000000}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.2 32
B> {"batch":1,"expires":5000000000}
wait 50
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.3 32
B> {"batch":1,"expires":5000000000}
B< HMSG _P.3 9 36 36
B< NATS/1.0 409 Exceeded MaxWaiting\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.D _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":2,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.4 59
B> {"batch":1,"expires":5000000000,"idle_heartbeat":500000000}
B: silent 200

== a pull whose inbox is gone is dropped #400
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.1 3
B: sync
B> SUB _P.2 4
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.1 32
B> {"batch":1,"expires":5000000000}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.2 32
B> {"batch":1,"expires":5000000000}
wait 50
B> UNSUB 3
B: sync
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
B< MSG s.1 4 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== a pull whose client is gone is dropped #400~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
C> CONNECT {"verbose":false,"headers":true,"no_responders":true}
C> SUB _IC.> 1
C> SUB _P.C 3
C: sync
C> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.C 32
C> {"batch":1,"expires":5000000000}
wait 50
C: close
wait 100
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":5000000000}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x

== bounds of the consumer for its pulls #387 @error
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 128
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_batch":2,"max_expires":1000000000,"max_bytes":100}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"explicit","max_batch":2,"max_expires":1000000000,"max_bytes":100}}
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
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":3}
B< HMSG _P.B 9 46 46
B< NATS/1.0 409 Exceeded MaxRequestBatch of 2\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":2000000000}
B< HMSG _P.B 9 49 49
B< NATS/1.0 409 Exceeded MaxRequestExpires of 1s\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 47
B> {"batch":1,"max_bytes":101,"expires":100000000}
B< HMSG _P.B 9 51 51
B< NATS/1.0 409 Exceeded MaxRequestMaxBytes of 100\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":1000000000}
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.0 1
B< 3
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 42
B> {"batch":1,"max_bytes":100,"no_wait":true}
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n

== deleting a consumer ends its pulls #413
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.> 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.1 32
B> {"batch":1,"expires":5000000000}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.2 32
B> {"batch":4,"expires":5000000000}
wait 50
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","success":true}
B< HMSG _P.1 9 33 33
B< NATS/1.0 409 Consumer Deleted\r\n\r\n
B< HMSG _P.2 9 33 33
B< NATS/1.0 409 Consumer Deleted\r\n\r\n

== deleting a stream ends the pulls of its consumers #413~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":5000000000}
wait 60
A> PUB $JS.API.STREAM.DELETE.S _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_delete_response","success":true}
B< HMSG _P.B 9 33 33
B< NATS/1.0 409 Consumer Deleted\r\n\r\n

== a pull of a push consumer is refused #397~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 95
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"d"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","deliver_subject":"d"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< HMSG _P.B 9 39 39
B< NATS/1.0 409 Consumer is push based\r\n\r\n
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":1,"no_wait":true}
B< HMSG _P.B 9 39 39
B< NATS/1.0 409 Consumer is push based\r\n\r\n

== a pull that asks for a level #445~ #397~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> x
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
B> HPUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 41 42
B> NATS/1.0\r\nNats-Required-Api-Level: 99\r\n\r\n1
B< HMSG _P.B 9 35 35
B< NATS/1.0 412 Required Api Level\r\n\r\n
B> HPUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 40 41
B> NATS/1.0\r\nNats-Required-Api-Level: 1\r\n\r\n1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x

== fields that nobody knows in a pull #446~ #397~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> x
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
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 44
B> {"batch":1,"bogus":true,"expires":300000000}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x

== groups and pins without a priority policy #394~ #397~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> x
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
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 43
B> {"batch":1,"group":"g","expires":300000000}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x

== max_ack_pending holds pulls back #384
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
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":2}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"explicit","max_ack_pending":2}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":3,"expires":5000000000}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.2 1
B< 1
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.1 1
B< 2
B: silent
A> PUB $JS.API.CONSUMER.INFO.S.D _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":2,"num_waiting":1,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> PUB $JS.ACK.S.D.1.1.1.<t1>.2 4
B> +ACK
B< MSG s.1 9 $JS.ACK.S.D.1.3.3.<t3:number>.0 1
B< 3
A> PUB $JS.API.CONSUMER.INFO.S.D _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":1,"stream_seq":1}}

== a pull of several subjects #379~ #397~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.>"]}}
A> PUB s.a _I.1 1
A> a
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.b _I.2 1
A> b
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.c _I.3 1
A> c
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.d _I.4 1
A> d
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 105
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subjects":["s.a","s.d"]}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit","filter_subjects":["s.a","s.d"]}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":3,"no_wait":true}
B< MSG s.a 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< a
B< MSG s.d 9 $JS.ACK.S.D.1.4.2.<t2:number>.0 1
B< d
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n

== headers only #386
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> HPUB s.1 _I.1 18 23
A> NATS/1.0\r\nA: b\r\n\r\nhello
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 2
A> hi
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 93
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","headers_only":true}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit","headers_only":true}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< HMSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 36 36
B< NATS/1.0\r\nA: b\r\nNats-Msg-Size: 5\r\n\r\n
B< HMSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 30 30
B< NATS/1.0\r\nNats-Msg-Size: 2\r\n\r\n

== headers only by update #386~ #395~
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 93
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","headers_only":true}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"num_ack_pending":1,"name":"D","config":{"ack_policy":"explicit","headers_only":true}}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< HMSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 30 30
B< NATS/1.0\r\nNats-Msg-Size: 1\r\n\r\n

== an ack-none consumer is never behind #375~
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 69
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"none"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"none"}}
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
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":2,"stream_seq":2}}

== a consumer in memory delivers alike #390~
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 92
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","mem_storage":true}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit","mem_storage":true}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
B> PUB $JS.ACK.S.D.1.1.1.<t1>.0 _IB.3 4
B> +ACK
B< MSG _IB.3 1 0
B< 
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":1,"stream_seq":1}}

== ephemeral pull consumers stay while they are asked #406~ #389~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.E _I.1 96
A> {"stream_name":"S","config":{"name":"E","ack_policy":"explicit","inactive_threshold":600000000}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"E","config":{"ack_policy":"explicit","inactive_threshold":600000000}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.E _P.B 32
B> {"batch":1,"expires":1500000000}
B< HMSG _P.B 9 81 81
B< NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 1\r\nNats-Pending-Bytes: 0\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.E _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== messages with headers keep them #397~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> HPUB s.1 _I.1 24 25
A> NATS/1.0\r\nA: 1\r\nB: 2\r\n\r\nx
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
B< HMSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 24 25
B< NATS/1.0\r\nA: 1\r\nB: 2\r\n\r\nx

== empty messages #397~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 0
A> 
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
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 0
B< 

== an update to fewer waiting pulls is refused #383~ #395~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_waiting":3}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_waiting":3}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_waiting":2}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"max waiting can not be updated"}}

== pending counts in ack subjects and info #405
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
A> PUB s.2 _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 96
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","filter_subject":"s.1"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"explicit","filter_subject":"s.1"}}
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
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.6 9
A> {"seq":3}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
A> PUB s.1 _I.8 1
A> x
A< MSG _I.8 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":2,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
A> PUB $JS.API.STREAM.PURGE.S _I.10 16
A> {"filter":"s.1"}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":3}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.11 0
A> 
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":5},"ack_floor":{"consumer_seq":2,"stream_seq":5}}
A> PUB s.1 _I.12 1
A> x
A< MSG _I.12 1 22
A< {"stream":"S","seq":6}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.13 0
A> 
A< MSG _I.13 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":5},"ack_floor":{"consumer_seq":2,"stream_seq":5}}
