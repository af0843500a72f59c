# Acks by flow control, consumers made for mirrors and sources, and direct ones.

# A disk that others use, too, may take its time.
before:
  timeout 10000

== acks by flow control that can't be #376~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 77
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10218,"description":"flow control ack policy requires a push based consumer"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 99
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"flow_control","deliver_subject":"d"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 120
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d","max_ack_pending":-1}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10220,"description":"flow control ack policy requires max ack pending"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 121
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d","ack_wait":1000000000}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10221,"description":"flow control ack policy requires unset ack wait"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 122
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d","backoff":[1000000000]}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10221,"description":"flow control ack policy requires unset ack wait"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 115
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d","max_deliver":3}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10222,"description":"flow control ack policy requires unset max deliver"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.7 115
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d"},"pedantic":true}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10219,"description":"flow control ack policy requires flow control"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.8 135
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d","flow_control":true},"pedantic":true}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10052,"description":"flow control ack policy heartbeat needs to be 1s"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.9 163
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d","idle_heartbeat":5000000000,"flow_control":true},"pedantic":true}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10052,"description":"flow control ack policy heartbeat needs to be 1s"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.10 127
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d","idle_heartbeat":5000000000}}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"flow_control","deliver_subject":"d","idle_heartbeat":1000000000}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.11 95
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"d"}}
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"ack policy can not be updated"}}

== answers to flow control are acks #376
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 119
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d","max_ack_pending":3}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":5,"name":"D","config":{"ack_policy":"flow_control","max_ack_pending":3,"flow_control":true,"deliver_subject":"d","idle_heartbeat":1000000000}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< MSG s.1 2 $JS.ACK.S.D.1.1.1.<t1:number>.4 1
B< 1
B< MSG s.1 2 $JS.ACK.S.D.1.2.2.<t2:number>.3 1
B< 2
B< MSG s.1 2 $JS.ACK.S.D.1.3.3.<t3:number>.2 1
B< 3
B< HMSG d 2 $JS.FC.S.D.<f4:word> 36 36
B< NATS/1.0 100 FlowControl Request\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":2,"num_ack_pending":3,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
B> HPUB $JS.FC.S.D.<f4> 56 56
B> NATS/1.0\r\nNats-Last-Consumer: 2\r\nNats-Last-Stream: 2\r\n\r\n
B< MSG s.1 2 $JS.ACK.S.D.1.4.4.<t5:number>.1 1
B< 4
B< MSG s.1 2 $JS.ACK.S.D.1.5.5.<t6:number>.0 1
B< 5
B< HMSG d 2 $JS.FC.S.D.<f7:word> 36 36
B< NATS/1.0 100 FlowControl Request\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.D _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":3,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":5,"stream_seq":5},"ack_floor":{"consumer_seq":2,"stream_seq":2}}
B> HPUB $JS.FC.S.D.<f7> 56 56
B> NATS/1.0\r\nNats-Last-Consumer: 5\r\nNats-Last-Stream: 5\r\n\r\n
wait 60
A> PUB $JS.API.CONSUMER.INFO.S.D _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":5,"stream_seq":5},"ack_floor":{"consumer_seq":5,"stream_seq":5}}

== when it is quiet, flow control asks for acks #376~
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 99
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"flow_control","deliver_subject":"d"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< MSG s.1 2 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B< MSG s.1 2 $JS.ACK.S.D.1.2.2.<t2:number>.0 1
B< 2
B< HMSG d 2 75 75
B< NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 2\r\nNats-Last-Stream: 2\r\n\r\n
B< HMSG d 2 $JS.FC.S.D.<f3:word> 36 36
B< NATS/1.0 100 FlowControl Request\r\n\r\n
B> HPUB $JS.FC.S.D.<f3> 56 56
B> NATS/1.0\r\nNats-Last-Consumer: 2\r\nNats-Last-Stream: 2\r\n\r\n
wait 60
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":2,"stream_seq":2},"ack_floor":{"consumer_seq":2,"stream_seq":2}}
B< HMSG d 2 75 75
B< NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 2\r\nNats-Last-Stream: 2\r\n\r\n

== flow control that isn't answered keeps messages out #376~ #414~
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 119
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d","max_ack_pending":1}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"flow_control","max_ack_pending":1,"deliver_subject":"d"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< MSG s.1 2 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B< HMSG d 2 $JS.FC.S.D.<f2:word> 36 36
B< NATS/1.0 100 FlowControl Request\r\n\r\n
B< HMSG d 2 <number> <number>
B< NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 1\r\nNats-Last-Stream: 1\r\nNats-Consumer-Stalled: $JS.FC.S.D.<word>\r\n\r\n
A> PUB $JS.API.CONSUMER.INFO.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== an answer without numbers is no ack #376~
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 99
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"flow_control","deliver_subject":"d"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< MSG s.1 2 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< 1
B< HMSG d 2 75 75
B< NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 1\r\nNats-Last-Stream: 1\r\n\r\n
B< HMSG d 2 $JS.FC.S.D.<f2:word> 36 36
B< NATS/1.0 100 FlowControl Request\r\n\r\n
B> PUB $JS.FC.S.D.<f2> 0
B> 
wait 60
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== acks by flow control empty a work queue #376~ #357~
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 119
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"flow_control","deliver_subject":"d","max_ack_pending":3}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"D","config":{"ack_policy":"flow_control","max_ack_pending":3,"deliver_subject":"d"}}
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":102,"first_seq":1,"last_seq":3,"num_subjects":1,"consumer_count":1}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< MSG s.1 2 $JS.ACK.S.D.1.1.1.<t1:number>.2 1
B< 1
B< MSG s.1 2 $JS.ACK.S.D.1.2.2.<t2:number>.1 1
B< 2
B< MSG s.1 2 $JS.ACK.S.D.1.3.3.<t3:number>.0 1
B< 3
B< HMSG d 2 $JS.FC.S.D.<f4:word> 36 36
B< NATS/1.0 100 FlowControl Request\r\n\r\n
B> HPUB $JS.FC.S.D.<f4> 56 56
B> NATS/1.0\r\nNats-Last-Consumer: 2\r\nNats-Last-Stream: 2\r\n\r\n
wait 60
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":3,"last_seq":3,"num_subjects":1,"consumer_count":1}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":2,"stream_seq":2}}

== a consumer made for a source #429
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["o.*"]}}
A> PUB o.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"O","seq":2}
A> PUB o.3 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"O","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.O.C _I.4 102
A> {"stream_name":"O","config":{"durable_name":"C","ack_policy":"flow_control","deliver_subject":"to.s"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"C","config":{"ack_policy":"flow_control","deliver_subject":"to.s"}}
A> PUB $JS.API.STREAM.CREATE.T _I.5 86
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}]}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}]}}
wait 2500
A> PUB $JS.API.STREAM.INFO.T _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":309,"first_seq":1,"last_seq":3,"num_subjects":3,"consumer_count":0},"sources":[{"name":"O","lag":0,"seq":3,"active":"<positive>"}],"mirror":"<absent>"}
A> PUB $JS.API.CONSUMER.INFO.O.C _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":3,"stream_seq":3}}
A> PUB $JS.API.STREAM.MSG.GET.T _I.8 9
A> {"seq":2}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"o.2","seq":2,"hdrs":"<string>","data":"Mg=="}}
A> PUB o.4 _I.9 1
A> 4
A< MSG _I.9 1 22
A< {"stream":"O","seq":4}
wait 1500
A> PUB $JS.API.STREAM.INFO.T _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":4,"bytes":412,"first_seq":1,"last_seq":4,"num_subjects":4,"consumer_count":0},"sources":[{"name":"O","lag":0,"seq":4,"active":"<positive>"}],"mirror":"<absent>"}
A> PUB $JS.API.CONSUMER.INFO.O.C _I.11 0
A> 
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":4,"stream_seq":4},"ack_floor":{"consumer_seq":4,"stream_seq":4}}

== a consumer made for a mirror says where it begins #429~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["o.*"]}}
A> PUB o.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"O","seq":2}
A> PUB o.3 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"O","seq":3}
A> PUB o.4 _I.4 1
A> 4
A< MSG _I.4 1 22
A< {"stream":"O","seq":4}
A> PUB o.5 _I.5 1
A> 5
A< MSG _I.5 1 22
A< {"stream":"O","seq":5}
A> PUB $JS.API.CONSUMER.CREATE.O.C _I.6 180
A> {"stream_name":"O","config":{"durable_name":"C","ack_policy":"flow_control","deliver_subject":"to.s","deliver_policy":"by_start_sequence","opt_start_seq":3,"filter_subject":"o.>"}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"C","config":{"deliver_policy":"by_start_sequence","opt_start_seq":3,"ack_policy":"flow_control","filter_subject":"o.>","deliver_subject":"to.s"}}
A> PUB $JS.API.STREAM.CREATE.T _I.7 83
A> {"name":"T","mirror":{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"mirror":{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}}}
wait 2500
A> PUB $JS.API.STREAM.INFO.T _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":102,"first_seq":3,"last_seq":5,"num_subjects":3,"consumer_count":0},"sources":"<absent>","mirror":{"name":"O","lag":0,"active":"<positive>"}}
A> PUB $JS.API.CONSUMER.INFO.O.C _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":3,"stream_seq":5},"ack_floor":{"consumer_seq":3,"stream_seq":5}}
A> PUB $JS.API.STREAM.MSG.GET.T _I.10 9
A> {"seq":4}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"o.4","seq":4,"data":"NA=="}}

== the last of each subject to a source #429~ #374~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["o.*"]}}
A> PUB o.1 _I.1 1
A> a
A< MSG _I.1 1 22
A< {"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> b
A< MSG _I.2 1 22
A< {"stream":"O","seq":2}
A> PUB o.1 _I.3 1
A> c
A< MSG _I.3 1 22
A< {"stream":"O","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.O.C _I.4 161
A> {"stream_name":"O","config":{"durable_name":"C","ack_policy":"flow_control","deliver_subject":"to.s","deliver_policy":"last_per_subject","filter_subject":"o.*"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"C","config":{"deliver_policy":"last_per_subject","ack_policy":"flow_control","filter_subject":"o.*","deliver_subject":"to.s"}}
A> PUB $JS.API.STREAM.CREATE.T _I.5 86
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}]}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}]}}
wait 2500
A> PUB $JS.API.STREAM.INFO.T _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":206,"first_seq":1,"last_seq":2,"num_subjects":2,"consumer_count":0}}
A> PUB $JS.API.STREAM.MSG.GET.T _I.7 9
A> {"seq":1}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"o.2","seq":1,"hdrs":"<string>","data":"Yg=="}}
A> PUB $JS.API.STREAM.MSG.GET.T _I.8 9
A> {"seq":2}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"o.1","seq":2,"hdrs":"<string>","data":"Yw=="}}

== a source takes a work queue over #429~ #357~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 55
A> {"name":"O","subjects":["o.*"],"retention":"workqueue"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["o.*"],"retention":"workqueue"}}
A> PUB o.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"O","seq":2}
A> PUB o.3 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"O","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.O.C _I.4 102
A> {"stream_name":"O","config":{"durable_name":"C","ack_policy":"flow_control","deliver_subject":"to.s"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"C","config":{"ack_policy":"flow_control","deliver_subject":"to.s"}}
A> PUB $JS.API.STREAM.CREATE.T _I.5 86
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}]}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}]}}
wait 2500
A> PUB $JS.API.STREAM.INFO.T _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":309,"first_seq":1,"last_seq":3,"num_subjects":3,"consumer_count":0}}
A> PUB $JS.API.STREAM.INFO.O _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":4,"last_seq":3,"consumer_count":1}}
A> PUB $JS.API.CONSUMER.INFO.O.C _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":3,"stream_seq":3}}

== a source goes on after a restart #429~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["o.*"]}}
A> PUB o.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"O","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.O.C _I.3 102
A> {"stream_name":"O","config":{"durable_name":"C","ack_policy":"flow_control","deliver_subject":"to.s"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"C","config":{"ack_policy":"flow_control","deliver_subject":"to.s"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 86
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}]}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}]}}
wait 2500
A> PUB $JS.API.STREAM.INFO.T _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":206,"first_seq":1,"last_seq":2,"num_subjects":2,"consumer_count":0}}
restart
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB o.3 _I.6 1
A> 3
A< MSG _I.6 1 22
A< {"stream":"O","seq":3}
wait 3500
A> PUB $JS.API.STREAM.INFO.T _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":309,"first_seq":1,"last_seq":3,"num_subjects":3,"consumer_count":0}}
A> PUB $JS.API.CONSUMER.INFO.O.C _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":1,"stream_seq":3},"ack_floor":{"consumer_seq":1,"stream_seq":3}}
A> PUB $JS.API.STREAM.MSG.GET.T _I.9 9
A> {"seq":3}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"o.3","seq":3,"hdrs":"<string>","data":"Mw=="}}

== a consumer that is reset gives nothing twice #429~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["o.*"]}}
A> PUB o.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"O","seq":2}
A> PUB o.3 _I.3 1
A> 3
A< MSG _I.3 1 22
A< {"stream":"O","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.O.C _I.4 102
A> {"stream_name":"O","config":{"durable_name":"C","ack_policy":"flow_control","deliver_subject":"to.s"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"C","config":{"ack_policy":"flow_control","deliver_subject":"to.s"}}
A> PUB $JS.API.STREAM.CREATE.T _I.5 83
A> {"name":"T","mirror":{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"mirror":{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}}}
wait 2500
A> PUB $JS.API.CONSUMER.RESET.O.C _I.6 9
A> {"seq":1}
A< MSG _I.6 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","num_pending":3,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"push_bound":true,"reset_seq":1,"config":{"seq":"<absent>"},"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
wait 2500
A> PUB $JS.API.STREAM.INFO.T _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":102,"first_seq":1,"last_seq":3,"num_subjects":3,"consumer_count":0}}
A> PUB $JS.API.CONSUMER.INFO.O.C _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":3,"stream_seq":3},"ack_floor":{"consumer_seq":3,"stream_seq":3}}

== a consumer that is deleted and made again #429~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["o.*"]}}
A> PUB o.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"O","seq":1}
A> PUB o.2 _I.2 1
A> 2
A< MSG _I.2 1 22
A< {"stream":"O","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.O.C _I.3 102
A> {"stream_name":"O","config":{"durable_name":"C","ack_policy":"flow_control","deliver_subject":"to.s"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"C","config":{"ack_policy":"flow_control","deliver_subject":"to.s"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 83
A> {"name":"T","mirror":{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"mirror":{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}}}
wait 2500
A> PUB $JS.API.CONSUMER.DELETE.O.C _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","success":true}
A> PUB o.3 _I.6 1
A> 3
A< MSG _I.6 1 22
A< {"stream":"O","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.O.C _I.7 102
A> {"stream_name":"O","config":{"durable_name":"C","ack_policy":"flow_control","deliver_subject":"to.s"}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"push_bound":true,"name":"C","config":{"ack_policy":"flow_control","deliver_subject":"to.s"}}
wait 6000
A> PUB $JS.API.STREAM.INFO.T _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":102,"first_seq":1,"last_seq":3,"num_subjects":3,"consumer_count":0}}
A> PUB $JS.API.STREAM.MSG.GET.T _I.9 9
A> {"seq":3}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"o.3","seq":3,"data":"Mw=="}}

== consumers that can't feed a mirror or source #429~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["o.*"]}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 51
A> {"name":"T","sources":[{"name":"O","consumer":{}}]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10215,"description":"stream source consumer config is invalid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 61
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C"}}]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10215,"description":"stream source consumer config is invalid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 85
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"a.*"}}]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10215,"description":"stream source consumer config is invalid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 85
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"a.b","deliver_subject":"a"}}]}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10215,"description":"stream source consumer config is invalid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.5 104
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"},"opt_start_seq":2}]}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10215,"description":"stream source consumer config is invalid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.6 109
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"},"filter_subject":"o.1"}]}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10215,"description":"stream source consumer config is invalid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.7 48
A> {"name":"T","mirror":{"name":"O","consumer":{}}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10213,"description":"stream mirror consumer config is invalid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.8 123
A> {"name":"T","mirror":{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"},"opt_start_time":"2020-01-01T00:00:00Z"}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10213,"description":"stream mirror consumer config is invalid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.9 148
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}},{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}]}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10140,"description":"duplicate source configuration detected"}}
A> PUB $JS.API.STREAM.CREATE.T _I.10 248
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"},"subject_transforms":[{"src":"o.1","dest":"x.1"}]},{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"},"subject_transforms":[{"src":"o.2","dest":"x.2"}]}]}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10216,"description":"duplicate stream source consumer detected"}}
A> PUB $JS.API.STREAM.CREATE.T _I.11 148
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}},{"name":"O","consumer":{"name":"D","deliver_subject":"to.t"}}]}
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"name":"T","retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}},{"name":"O","consumer":{"name":"D","deliver_subject":"to.t"}}],"compression":"none","allow_direct":false,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false,"metadata":{"_nats.level":"5","_nats.req.level":"0","_nats.ver":"2.15.1"}}}

== a consumer with other acks feeds nothing #429~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.O _I.0 31
A> {"name":"O","subjects":["o.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["o.*"]}}
A> PUB o.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"O","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.O.C _I.2 94
A> {"stream_name":"O","config":{"durable_name":"C","ack_policy":"none","deliver_subject":"to.s"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"C","config":{"ack_policy":"none","deliver_subject":"to.s"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 86
A> {"name":"T","sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"sources":[{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}]}}
A> PUB $JS.API.STREAM.CREATE.M _I.4 83
A> {"name":"M","mirror":{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"mirror":{"name":"O","consumer":{"name":"C","deliver_subject":"to.s"}}}}
wait 2000
A> PUB $JS.API.STREAM.INFO.T _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"sources":[{"name":"O","lag":0,"active":-1,"error":{"code":400,"err_code":10217,"description":"stream source consumer requires flow control ack policy"}}],"mirror":"<absent>"}
A> PUB $JS.API.STREAM.INFO.M _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"sources":"<absent>","mirror":{"name":"O","lag":0,"active":-1,"error":{"code":400,"err_code":10214,"description":"stream mirror consumer requires flow control ack policy"}}}

== direct consumers that can't be #391~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 87
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","direct":true}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10090,"description":"consumer direct requires a push based consumer"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 109
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","direct":true,"deliver_subject":"d"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10091,"description":"consumer direct requires an ephemeral consumer"}}
A> PUB $JS.API.CONSUMER.CREATE.S.E _I.3 97
A> {"stream_name":"S","config":{"name":"E","ack_policy":"none","deliver_subject":"d","direct":true}}
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nNats-Stream-Identity: <word>\r\n\r\n~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"E","config":{"ack_policy":"none","deliver_subject":"d","direct":true}}
A> PUB $JS.API.CONSUMER.CREATE.S.E _I.4 83
A> {"stream_name":"S","config":{"name":"E","ack_policy":"none","deliver_subject":"d"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"direct can not be updated"}}

== a direct consumer is not listed, counted or kept #391 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 49
A> {"name":"S","subjects":["s.*"],"max_consumers":1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"max_consumers":1}}
A> PUB s.1 _I.1 1
A> 1
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B: sync
A> PUB $JS.API.CONSUMER.CREATE.S.E _I.2 101
A> {"stream_name":"S","config":{"name":"E","ack_policy":"explicit","deliver_subject":"d","direct":true}}
A< HMSG _I.2 1 <number> <number>
A< NATS/1.0\r\nNats-Stream-Identity: <word>\r\n\r\n~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"push_bound":true,"name":"E","config":{"ack_policy":"explicit","deliver_subject":"d","direct":true}}
B< MSG s.1 2 $JS.ACK.S.E.1.1.1.<t1:number>.0 1
B< 1
A> PUB $JS.API.CONSUMER.NAMES.S _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":0,"offset":0,"limit":1024,"consumers":[]}
A> PUB $JS.API.CONSUMER.LIST.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_list_response","total":0,"offset":0,"limit":256,"consumers":[]}
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0}}
B> PUB $JS.ACK.S.E.1.1.1.<t1>.0 4
B> +ACK
wait 60
A> PUB $JS.API.CONSUMER.INFO.S.E _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"push_bound":true,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":1,"stream_seq":1}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.7 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.NAMES.S _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":1,"offset":0,"limit":1024,"consumers":["D"]}
restart
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.CONSUMER.INFO.S.E _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","error":{"code":404,"err_code":10014,"description":"consumer not found"}}
A> PUB $JS.API.CONSUMER.NAMES.S _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":1,"offset":0,"limit":1024,"consumers":["D"]}

== sourcing consumers begin again and share a work queue #391~ @error
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.4 135
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"flow_control","deliver_subject":"d","sourcing":true,"max_ack_pending":2}}
A< HMSG _I.4 1 <number> <number>
A< NATS/1.0\r\nNats-Stream-Identity: <word>\r\n\r\n~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"F","config":{"ack_policy":"flow_control","max_ack_pending":2,"deliver_subject":"d","sourcing":true}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< MSG s.1 2 $JS.ACK.S.F.1.1.1.<t1:number>.1 1
B< 1
B< MSG s.1 2 $JS.ACK.S.F.1.2.2.<t2:number>.0 1
B< 2
B< HMSG d 2 $JS.FC.S.F.<f3:word> 36 36
B< NATS/1.0 100 FlowControl Request\r\n\r\n
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.5 135
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"flow_control","deliver_subject":"d","sourcing":true,"max_ack_pending":2}}
A< HMSG _I.5 1 <number> <number>
A< NATS/1.0\r\nNats-Stream-Identity: <word>\r\n\r\n~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"push_bound":true,"name":"F","config":{"ack_policy":"flow_control","max_ack_pending":2,"deliver_subject":"d","sourcing":true}}
B< MSG s.1 2 $JS.ACK.S.F.1.1.1.<t4:number>.1 1
B< 1
B< MSG s.1 2 $JS.ACK.S.F.1.2.2.<t5:number>.0 1
B< 2
B< HMSG d 2 <number> <number>
B< NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 2\r\nNats-Last-Stream: 2\r\nNats-Consumer-Stalled: $JS.FC.S.F.<word>\r\n\r\n
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.6 119
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"flow_control","deliver_subject":"d","max_ack_pending":2}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":500,"err_code":10012,"description":"sourcing can not be updated"}}
A> PUB $JS.API.CONSUMER.NAMES.S _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":2,"offset":0,"limit":1024,"consumers":["D","F"]}

== a push consumer that moves sends again what is out #388~ #401~
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 95
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"d"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit","deliver_subject":"d"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< MSG s.1 2 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< 1
B< MSG s.1 2 $JS.ACK.S.D.1.2.2.<t2:number>.0 1
B< 2
B> UNSUB 2
B: sync
wait 60
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 95
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"e"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"num_ack_pending":2,"name":"D","config":{"ack_policy":"explicit","deliver_subject":"e"}}
B> SUB e 3
B< MSG s.1 3 $JS.ACK.S.D.2.1.3.<t3:number>.0 1
B< 1
B< MSG s.1 3 $JS.ACK.S.D.2.2.4.<t4:number>.0 1
B< 2
A> PUB $JS.API.CONSUMER.INFO.S.D _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":2,"num_waiting":0,"num_redelivered":2,"push_bound":true,"delivered":{"consumer_seq":4,"stream_seq":2},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== a stream's identity #391~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> HPUB $JS.API.CONSUMER.CREATE.S.E _I.1 44 141
A> NATS/1.0\r\nNats-Stream-Identity: XXXXXXXX\r\n\r\n{"stream_name":"S","config":{"name":"E","ack_policy":"none","deliver_subject":"d","direct":true}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10225,"description":"<string>"}}
A> HPUB $JS.API.CONSUMER.CREATE.S.E _I.2 36 133
A> NATS/1.0\r\nNats-Stream-Identity: \r\n\r\n{"stream_name":"S","config":{"name":"E","ack_policy":"none","deliver_subject":"d","direct":true}}
A< HMSG _I.2 1 <number> <number>
A< NATS/1.0\r\nNats-Stream-Identity: <word>\r\n\r\n~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"E","config":{"ack_policy":"none","deliver_subject":"d","direct":true}}
A> HPUB $JS.API.CONSUMER.CREATE.S.D _I.3 44 117
A> NATS/1.0\r\nNats-Stream-Identity: XXXXXXXX\r\n\r\n{"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> HPUB $JS.API.CONSUMER.RESET.S.D _I.4 44 44
A> NATS/1.0\r\nNats-Stream-Identity: XXXXXXXX\r\n\r\n
A< HMSG _I.4 1 <any>
A< NATS/1.0\r\nNats-Stream-Identity: <word>\r\n\r\n~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"reset_seq":1,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
A> PUB $JS.API.CONSUMER.RESET.S.D _I.5 0
A> 
A< MSG _I.5 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_reset_response","num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"reset_seq":1,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
