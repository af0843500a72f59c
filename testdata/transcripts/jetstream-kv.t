# Key-value buckets and object stores as clients make and use them, in raw protocol.

# A disk that others use, too, may take its time.
before:
  timeout 10000

== a bucket as clients make it #432
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"retention":"limits","max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $JS.API.STREAM.INFO.KV_b _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}

== put and get #432~ #421~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $KV.b.a _I.2 1
A> 2
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> PUB $JS.API.DIRECT.GET.KV_b.$KV.b.a _I.3 0
A> 
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.a\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\n\r\n2
A> PUB $JS.API.DIRECT.GET.KV_b.$KV.b.b _I.4 0
A> 
A< HMSG _I.4 1 34 34
A< NATS/1.0 404 Message Not Found\r\n\r\n

== create only once #434 @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> HPUB $KV.b.a _I.1 52 53
A> NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\n1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> HPUB $KV.b.a _I.2 52 53
A> NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\n2
A< MSG _I.2 1 <number>
A< ~{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 1"},"stream":"KV_b","seq":0}
A> PUB $JS.API.DIRECT.GET.KV_b.$KV.b.a _I.3 0
A> 
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 0\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.a\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\n1

== create again after a delete #434~ #433~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> HPUB $KV.b.a _I.1 52 53
A> NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\n1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> HPUB $KV.b.a _I.2 31 31
A> NATS/1.0\r\nKV-Operation: DEL\r\n\r\n
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> HPUB $KV.b.a _I.3 52 53
A> NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\n2
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 2"},"stream":"KV_b","seq":0}
A> HPUB $KV.b.a _I.4 52 53
A> NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 2\r\n\r\n2
A< MSG _I.4 1 25
A< {"stream":"KV_b","seq":3}
A> PUB $JS.API.DIRECT.GET.KV_b.$KV.b.a _I.5 0
A> 
A< HMSG _I.5 1 <number> <number>
A< NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 2\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.a\r\nNats-Sequence: 3\r\nNats-Time-Stamp: <any>\r\n\r\n2

== update with the revision that is there #432~ #434~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> HPUB $KV.b.a _I.2 52 53
A> NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 1\r\n\r\n2
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> HPUB $KV.b.a _I.3 52 53
A> NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 1\r\n\r\n3
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 2"},"stream":"KV_b","seq":0}

== delete leaves a marker #433~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":5,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":5,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> HPUB $KV.b.a _I.2 31 31
A> NATS/1.0\r\nKV-Operation: DEL\r\n\r\n
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> PUB $JS.API.DIRECT.GET.KV_b.$KV.b.a _I.3 0
A> 
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nKV-Operation: DEL\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.a\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\n\r\n
A> PUB $JS.API.STREAM.INFO.KV_b _I.4 23
A> {"subjects_filter":">"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":1,"offset":0,"limit":100000,"state":{"messages":2,"bytes":110,"first_seq":1,"last_seq":2,"num_subjects":1,"subjects":{"$KV.b.a":2},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}

== purge leaves only its marker #433
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":5,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":5,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $KV.b.a _I.2 1
A> 2
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> PUB $KV.b.b _I.3 1
A> 1
A< MSG _I.3 1 25
A< {"stream":"KV_b","seq":3}
A> HPUB $KV.b.a _I.4 51 51
A> NATS/1.0\r\nKV-Operation: PURGE\r\nNats-Rollup: sub\r\n\r\n
A< MSG _I.4 1 25
A< {"stream":"KV_b","seq":4}
A> PUB $JS.API.DIRECT.GET.KV_b.$KV.b.a _I.5 0
A> 
A< HMSG _I.5 1 <number> <number>
A< NATS/1.0\r\nKV-Operation: PURGE\r\nNats-Rollup: sub\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.a\r\nNats-Sequence: 4\r\nNats-Time-Stamp: <any>\r\n\r\n
A> PUB $JS.API.STREAM.INFO.KV_b _I.6 23
A> {"subjects_filter":">"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":2,"offset":0,"limit":100000,"state":{"messages":2,"bytes":130,"first_seq":3,"last_seq":4,"num_subjects":2,"subjects":{"$KV.b.a":1,"$KV.b.b":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}

== purge only of the revision that is there #433~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":5,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":5,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $KV.b.a _I.2 1
A> 2
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> HPUB $KV.b.a _I.3 91 91
A> NATS/1.0\r\nKV-Operation: PURGE\r\nNats-Rollup: sub\r\nNats-Expected-Last-Subject-Sequence: 1\r\n\r\n
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 2"},"stream":"KV_b","seq":0}
A> HPUB $KV.b.a _I.4 91 91
A> NATS/1.0\r\nKV-Operation: PURGE\r\nNats-Rollup: sub\r\nNats-Expected-Last-Subject-Sequence: 2\r\n\r\n
A< MSG _I.4 1 25
A< {"stream":"KV_b","seq":3}
A> PUB $JS.API.STREAM.INFO.KV_b _I.5 23
A> {"subjects_filter":">"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":1,"offset":0,"limit":100000,"state":{"messages":1,"bytes":132,"first_seq":3,"last_seq":3,"num_subjects":1,"subjects":{"$KV.b.a":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}

== history of a key #432~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":3,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":3,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 0
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $KV.b.a _I.2 1
A> 1
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> PUB $KV.b.a _I.3 1
A> 2
A< MSG _I.3 1 25
A< {"stream":"KV_b","seq":3}
A> PUB $KV.b.a _I.4 1
A> 3
A< MSG _I.4 1 25
A< {"stream":"KV_b","seq":4}
A> PUB $KV.b.a _I.5 1
A> 4
A< MSG _I.5 1 25
A< {"stream":"KV_b","seq":5}
A> PUB $JS.API.CONSUMER.CREATE.KV_b.h _I.6 188
A> {"stream_name":"KV_b","config":{"name":"h","ack_policy":"none","deliver_subject":"d","filter_subject":"$KV.b.a","deliver_policy":"all","max_deliver":1,"mem_storage":true,"num_replicas":1}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":3,"name":"h","config":{"deliver_policy":"all","ack_policy":"none","max_deliver":1,"filter_subject":"$KV.b.a","deliver_subject":"d","num_replicas":1,"mem_storage":true}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< MSG $KV.b.a 2 $JS.ACK.KV_b.h.1.3.1.<t1:number>.2 1
B< 2
B< MSG $KV.b.a 2 $JS.ACK.KV_b.h.1.4.2.<t2:number>.1 1
B< 3
B< MSG $KV.b.a 2 $JS.ACK.KV_b.h.1.5.3.<t3:number>.0 1
B< 4

== watching a bucket #435
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $KV.b.b _I.2 1
A> 2
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> PUB $KV.b.a _I.3 1
A> 3
A< MSG _I.3 1 25
A< {"stream":"KV_b","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.KV_b.w _I.4 249
A> {"stream_name":"KV_b","config":{"name":"w","ack_policy":"none","deliver_subject":"d","filter_subject":"$KV.b.>","deliver_policy":"last_per_subject","max_deliver":1,"flow_control":true,"idle_heartbeat":5000000000,"mem_storage":true,"num_replicas":1}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"w","config":{"deliver_policy":"last_per_subject","ack_policy":"none","max_deliver":1,"filter_subject":"$KV.b.>","flow_control":true,"deliver_subject":"d","idle_heartbeat":5000000000,"num_replicas":1,"mem_storage":true}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< MSG $KV.b.b 2 $JS.ACK.KV_b.w.1.2.1.<t1:number>.1 1
B< 2
B< MSG $KV.b.a 2 $JS.ACK.KV_b.w.1.3.2.<t2:number>.0 1
B< 3
A> PUB $KV.b.c _I.5 1
A> 4
A< MSG _I.5 1 25
A< {"stream":"KV_b","seq":4}
B< MSG $KV.b.c 2 $JS.ACK.KV_b.w.1.4.3.<t3:number>.0 1
B< 4
A> HPUB $KV.b.a _I.6 31 31
A> NATS/1.0\r\nKV-Operation: DEL\r\n\r\n
A< MSG _I.6 1 25
A< {"stream":"KV_b","seq":5}
B< HMSG $KV.b.a 2 $JS.ACK.KV_b.w.1.5.4.<t4:number>.0 31 31
B< NATS/1.0\r\nKV-Operation: DEL\r\n\r\n

== watching an empty bucket #435~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $JS.API.CONSUMER.CREATE.KV_b.w _I.1 201
A> {"stream_name":"KV_b","config":{"name":"w","ack_policy":"none","deliver_subject":"d","filter_subject":"$KV.b.>","deliver_policy":"last_per_subject","max_deliver":1,"mem_storage":true,"num_replicas":1}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"w","config":{"deliver_policy":"last_per_subject","ack_policy":"none","max_deliver":1,"filter_subject":"$KV.b.>","deliver_subject":"d","num_replicas":1,"mem_storage":true}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B: sync
A> PUB $KV.b.a _I.2 1
A> 1
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":1}
B< MSG $KV.b.a 2 $JS.ACK.KV_b.w.1.1.1.<t1:number>.0 1
B< 1

== keys of a bucket #435~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $KV.b.b _I.2 1
A> 2
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> HPUB $KV.b.b _I.3 31 31
A> NATS/1.0\r\nKV-Operation: DEL\r\n\r\n
A< MSG _I.3 1 25
A< {"stream":"KV_b","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.KV_b.k _I.4 221
A> {"stream_name":"KV_b","config":{"name":"k","ack_policy":"none","deliver_subject":"d","filter_subject":"$KV.b.>","deliver_policy":"last_per_subject","headers_only":true,"max_deliver":1,"mem_storage":true,"num_replicas":1}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"k","config":{"deliver_policy":"last_per_subject","ack_policy":"none","max_deliver":1,"filter_subject":"$KV.b.>","headers_only":true,"deliver_subject":"d","num_replicas":1,"mem_storage":true}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< HMSG $KV.b.a 2 $JS.ACK.KV_b.k.1.1.1.<t1:number>.1 30 30
B< NATS/1.0\r\nNats-Msg-Size: 1\r\n\r\n
B< HMSG $KV.b.b 2 $JS.ACK.KV_b.k.1.3.2.<t2:number>.0 49 49
B< NATS/1.0\r\nKV-Operation: DEL\r\nNats-Msg-Size: 0\r\n\r\n

== watching updates only #435~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.KV_b.w _I.2 188
A> {"stream_name":"KV_b","config":{"name":"w","ack_policy":"none","deliver_subject":"d","filter_subject":"$KV.b.>","deliver_policy":"new","max_deliver":1,"mem_storage":true,"num_replicas":1}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"w","config":{"deliver_policy":"new","ack_policy":"none","max_deliver":1,"filter_subject":"$KV.b.>","deliver_subject":"d","num_replicas":1,"mem_storage":true}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B: sync
A> PUB $KV.b.b _I.3 1
A> 2
A< MSG _I.3 1 25
A< {"stream":"KV_b","seq":2}
B< MSG $KV.b.b 2 $JS.ACK.KV_b.w.1.2.1.<t1:number>.0 1
B< 2

== watching several keys #435~ #379~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $KV.b.b _I.2 1
A> 2
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> PUB $KV.b.c _I.3 1
A> 3
A< MSG _I.3 1 25
A< {"stream":"KV_b","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.KV_b.w _I.4 178
A> {"stream_name":"KV_b","config":{"name":"w","ack_policy":"none","deliver_subject":"d","filter_subjects":["$KV.b.a","$KV.b.c"],"deliver_policy":"last_per_subject","max_deliver":1}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"w","config":{"deliver_policy":"last_per_subject","ack_policy":"none","max_deliver":1,"filter_subjects":["$KV.b.a","$KV.b.c"],"deliver_subject":"d"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< MSG $KV.b.a 2 $JS.ACK.KV_b.w.1.1.1.<t1:number>.1 1
B< 1
B< MSG $KV.b.c 2 $JS.ACK.KV_b.w.1.3.2.<t2:number>.0 1
B< 3

== a bucket of limited size #432~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 238
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1,"max_bytes":100}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_bytes":100,"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 20
A> xxxxxxxxxxxxxxxxxxxx
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $KV.b.b _I.2 50
A> xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
A< MSG _I.2 1 <number>
A< ~{"error":{"code":503,"err_code":10077,"description":"maximum bytes exceeded"},"stream":"KV_b","seq":0}
A> PUB $KV.b.a _I.3 20
A> yyyyyyyyyyyyyyyyyyyy
A< MSG _I.3 1 25
A< {"stream":"KV_b","seq":2}

== messages of a bucket can't be deleted #432~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $JS.API.STREAM.MSG.DELETE.KV_b _I.2 9
A> {"seq":1}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","error":{"code":500,"err_code":10057,"description":"message delete not permitted"}}

== keys with dots, and keys that are none #432~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a.b.c _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $JS.API.DIRECT.GET.KV_b.$KV.b.a.b.c _I.2 0
A> 
A< HMSG _I.2 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.a.b.c\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\n1
A> PUB $KV.b.a/b _I.3 1
A> 2
A< MSG _I.3 1 25
A< {"stream":"KV_b","seq":2}
A> PUB $JS.API.DIRECT.GET.KV_b.$KV.b.a/b _I.4 0
A> 
A< HMSG _I.4 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.a/b\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\n\r\n2
A> PUB $KV.b.a=b _I.5 1
A> 3
A< MSG _I.5 1 25
A< {"stream":"KV_b","seq":3}
A> PUB $JS.API.DIRECT.GET.KV_b.$KV.b.a=b _I.6 0
A> 
A< HMSG _I.6 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.a=b\r\nNats-Sequence: 3\r\nNats-Time-Stamp: <any>\r\n\r\n3

== purging old markers #433~ #354~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":5,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":5,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> HPUB $KV.b.a _I.2 31 31
A> NATS/1.0\r\nKV-Operation: DEL\r\n\r\n
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> PUB $KV.b.b _I.3 1
A> 1
A< MSG _I.3 1 25
A< {"stream":"KV_b","seq":3}
A> PUB $JS.API.STREAM.PURGE.KV_b _I.4 29
A> {"filter":"$KV.b.a","keep":1}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":1}
A> PUB $JS.API.STREAM.INFO.KV_b _I.5 23
A> {"subjects_filter":">"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":2,"offset":0,"limit":100000,"state":{"messages":2,"bytes":110,"first_seq":2,"last_seq":3,"num_subjects":2,"subjects":{"$KV.b.a":1,"$KV.b.b":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}
A> PUB $JS.API.STREAM.PURGE.KV_b _I.6 20
A> {"filter":"$KV.b.a"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":1}
A> PUB $JS.API.STREAM.INFO.KV_b _I.7 23
A> {"subjects_filter":">"}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":1,"offset":0,"limit":100000,"state":{"messages":1,"bytes":38,"first_seq":3,"last_seq":3,"num_subjects":1,"subjects":{"$KV.b.b":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}

== a key with a time to live #436~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 243
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1,"allow_msg_ttl":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true,"allow_msg_ttl":true}}
A> HPUB $KV.b.a _I.1 25 26
A> NATS/1.0\r\nNats-TTL: 1\r\n\r\n1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $KV.b.b _I.2 1
A> 2
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
wait 2500
A> PUB $JS.API.DIRECT.GET.KV_b.$KV.b.a _I.3 0
A> 
A< HMSG _I.3 1 34 34
A< NATS/1.0 404 Message Not Found\r\n\r\n
A> PUB $JS.API.DIRECT.GET.KV_b.$KV.b.b _I.4 0
A> 
A< HMSG _I.4 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.b\r\nNats-Sequence: 2\r\nNats-Time-Stamp: <any>\r\n\r\n2

== an old revision of a key #432~ #418~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":5,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":5,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $KV.b.a _I.2 1
A> 2
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> PUB $JS.API.DIRECT.GET.KV_b _I.3 9
A> {"seq":1}
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.a\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\n1
A> PUB $JS.API.STREAM.MSG.GET.KV_b _I.4 26
A> {"last_by_subj":"$KV.b.a"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"$KV.b.a","seq":2,"data":"Mg=="}}

== buckets in a list #432~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $JS.API.STREAM.CREATE.other _I.1 33
A> {"name":"other","subjects":["o"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["o"]}}
A> PUB $JS.API.STREAM.NAMES _I.2 21
A> {"subject":"$KV.*.>"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":1,"offset":0,"limit":1024,"streams":["KV_b"]}
A> PUB $JS.API.STREAM.LIST _I.3 21
A> {"subject":"$KV.*.>"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_list_response","total":1,"offset":0,"limit":256,"streams":[{"config":{"name":"KV_b"},"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}}]}

== a bucket with a republish #437~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 262
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1,"republish":{"src":">","dest":"seen.>"}}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"republish":{"src":">","dest":"seen.>"},"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB seen.> 2
B: sync
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
B< HMSG seen.$KV.b.a 2 <number> <number>
B< NATS/1.0\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.a\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Last-Sequence: 0\r\n\r\n1

== several keys at once #432~ #419~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.KV_b _I.0 222
A> {"name":"KV_b","subjects":["$KV.b.>"],"max_msgs_per_subject":1,"discard":"new","allow_rollup_hdrs":true,"deny_delete":true,"allow_direct":true,"num_replicas":1,"max_age":0,"duplicate_window":120000000000,"max_msg_size":-1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$KV.b.>"],"max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","num_replicas":1,"duplicate_window":120000000000,"allow_direct":true,"deny_delete":true,"allow_rollup_hdrs":true}}
A> PUB $KV.b.a _I.1 1
A> 1
A< MSG _I.1 1 25
A< {"stream":"KV_b","seq":1}
A> PUB $KV.b.b _I.2 1
A> 2
A< MSG _I.2 1 25
A< {"stream":"KV_b","seq":2}
A> PUB $KV.b.c _I.3 1
A> 3
A< MSG _I.3 1 25
A< {"stream":"KV_b","seq":3}
A> PUB $JS.API.DIRECT.GET.KV_b _I.4 36
A> {"multi_last":["$KV.b.a","$KV.b.c"]}
A< HMSG _I.4 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.a\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 1\r\nNats-Last-Sequence: 0\r\n\r\n1
A< HMSG _I.4 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: KV_b\r\nNats-Subject: $KV.b.c\r\nNats-Sequence: 3\r\nNats-Time-Stamp: <any>\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 1\r\n\r\n3
A< HMSG _I.4 1 87 87
A< NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 3\r\nNats-UpTo-Sequence: 3\r\n\r\n

== an object of two chunks #438
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.OBJ_o _I.0 129
A> {"name":"OBJ_o","subjects":["$O.o.C.>","$O.o.M.>"],"discard":"new","allow_rollup_hdrs":true,"allow_direct":true,"num_replicas":1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$O.o.C.>","$O.o.M.>"],"discard":"new","num_replicas":1,"allow_direct":true,"allow_rollup_hdrs":true}}
A> PUB $O.o.C.n1 _I.1 3
A> abc
A< MSG _I.1 1 26
A< {"stream":"OBJ_o","seq":1}
A> PUB $O.o.C.n1 _I.2 3
A> def
A< MSG _I.2 1 26
A< {"stream":"OBJ_o","seq":2}
A> HPUB $O.o.M.ZmlsZQ== _I.3 30 111
A> NATS/1.0\r\nNats-Rollup: sub\r\n\r\n{"name":"file","bucket":"o","nuid":"n1","size":6,"chunks":2,"digest":"SHA-256=x"}
A< MSG _I.3 1 26
A< {"stream":"OBJ_o","seq":3}
A> PUB $JS.API.STREAM.MSG.GET.OBJ_o _I.4 34
A> {"last_by_subj":"$O.o.M.ZmlsZQ=="}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"$O.o.M.ZmlsZQ==","seq":3,"hdrs":"TkFUUy8xLjANCk5hdHMtUm9sbHVwOiBzdWINCg0K","data":"eyJuYW1lIjoiZmlsZSIsImJ1Y2tldCI6Im8iLCJudWlkIjoibjEiLCJzaXplIjo2LCJjaHVua3MiOjIsImRpZ2VzdCI6IlNIQS0yNTY9eCJ9"}}
A> PUB $JS.API.CONSUMER.CREATE.OBJ_o.r _I.5 199
A> {"stream_name":"OBJ_o","config":{"name":"r","ack_policy":"none","deliver_subject":"d","filter_subject":"$O.o.C.n1","flow_control":true,"idle_heartbeat":5000000000,"max_deliver":1,"mem_storage":true}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"r","config":{"ack_policy":"none","max_deliver":1,"filter_subject":"$O.o.C.n1","flow_control":true,"deliver_subject":"d","idle_heartbeat":5000000000,"mem_storage":true}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< MSG $O.o.C.n1 2 $JS.ACK.OBJ_o.r.1.1.1.<t1:number>.1 3
B< abc
B< MSG $O.o.C.n1 2 $JS.ACK.OBJ_o.r.1.2.2.<t2:number>.0 3
B< def

== an object that replaces another #438~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.OBJ_o _I.0 129
A> {"name":"OBJ_o","subjects":["$O.o.C.>","$O.o.M.>"],"discard":"new","allow_rollup_hdrs":true,"allow_direct":true,"num_replicas":1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$O.o.C.>","$O.o.M.>"],"discard":"new","num_replicas":1,"allow_direct":true,"allow_rollup_hdrs":true}}
A> PUB $O.o.C.n1 _I.1 3
A> abc
A< MSG _I.1 1 26
A< {"stream":"OBJ_o","seq":1}
A> HPUB $O.o.M.ZmlsZQ== _I.2 30 111
A> NATS/1.0\r\nNats-Rollup: sub\r\n\r\n{"name":"file","bucket":"o","nuid":"n1","size":6,"chunks":2,"digest":"SHA-256=x"}
A< MSG _I.2 1 26
A< {"stream":"OBJ_o","seq":2}
A> PUB $O.o.C.n2 _I.3 3
A> new
A< MSG _I.3 1 26
A< {"stream":"OBJ_o","seq":3}
A> HPUB $O.o.M.ZmlsZQ== _I.4 30 111
A> NATS/1.0\r\nNats-Rollup: sub\r\n\r\n{"name":"file","bucket":"o","nuid":"n2","size":6,"chunks":2,"digest":"SHA-256=x"}
A< MSG _I.4 1 26
A< {"stream":"OBJ_o","seq":4}
A> PUB $JS.API.STREAM.PURGE.OBJ_o _I.5 22
A> {"filter":"$O.o.C.n1"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":1}
A> PUB $JS.API.STREAM.INFO.OBJ_o _I.6 30
A> {"subjects_filter":"$O.o.M.>"}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":1,"offset":0,"limit":100000,"state":{"messages":2,"bytes":202,"first_seq":3,"last_seq":4,"num_subjects":2,"subjects":{"$O.o.M.ZmlsZQ==":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}
A> PUB $JS.API.STREAM.INFO.OBJ_o _I.7 30
A> {"subjects_filter":"$O.o.C.>"}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":1,"offset":0,"limit":100000,"state":{"messages":2,"bytes":202,"first_seq":3,"last_seq":4,"num_subjects":2,"subjects":{"$O.o.C.n2":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}

== an object is deleted #438~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.OBJ_o _I.0 129
A> {"name":"OBJ_o","subjects":["$O.o.C.>","$O.o.M.>"],"discard":"new","allow_rollup_hdrs":true,"allow_direct":true,"num_replicas":1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$O.o.C.>","$O.o.M.>"],"discard":"new","num_replicas":1,"allow_direct":true,"allow_rollup_hdrs":true}}
A> PUB $O.o.C.n1 _I.1 3
A> abc
A< MSG _I.1 1 26
A< {"stream":"OBJ_o","seq":1}
A> HPUB $O.o.M.ZmlsZQ== _I.2 30 111
A> NATS/1.0\r\nNats-Rollup: sub\r\n\r\n{"name":"file","bucket":"o","nuid":"n1","size":6,"chunks":2,"digest":"SHA-256=x"}
A< MSG _I.2 1 26
A< {"stream":"OBJ_o","seq":2}
A> HPUB $O.o.M.ZmlsZQ== _I.3 30 60
A> NATS/1.0\r\nNats-Rollup: sub\r\n\r\n{"name":"file","deleted":true}
A< MSG _I.3 1 26
A< {"stream":"OBJ_o","seq":3}
A> PUB $JS.API.STREAM.PURGE.OBJ_o _I.4 22
A> {"filter":"$O.o.C.n1"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":1}
A> PUB $JS.API.STREAM.INFO.OBJ_o _I.5 23
A> {"subjects_filter":">"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":1,"offset":0,"limit":100000,"state":{"messages":1,"bytes":109,"first_seq":3,"last_seq":3,"num_subjects":1,"subjects":{"$O.o.M.ZmlsZQ==":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}

== listing objects #438~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.OBJ_o _I.0 129
A> {"name":"OBJ_o","subjects":["$O.o.C.>","$O.o.M.>"],"discard":"new","allow_rollup_hdrs":true,"allow_direct":true,"num_replicas":1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$O.o.C.>","$O.o.M.>"],"discard":"new","num_replicas":1,"allow_direct":true,"allow_rollup_hdrs":true}}
A> HPUB $O.o.M.YQ== _I.1 30 42
A> NATS/1.0\r\nNats-Rollup: sub\r\n\r\n{"name":"a"}
A< MSG _I.1 1 26
A< {"stream":"OBJ_o","seq":1}
A> HPUB $O.o.M.Yg== _I.2 30 42
A> NATS/1.0\r\nNats-Rollup: sub\r\n\r\n{"name":"b"}
A< MSG _I.2 1 26
A< {"stream":"OBJ_o","seq":2}
A> HPUB $O.o.M.YQ== _I.3 30 43
A> NATS/1.0\r\nNats-Rollup: sub\r\n\r\n{"name":"a2"}
A< MSG _I.3 1 26
A< {"stream":"OBJ_o","seq":3}
A> PUB $JS.API.CONSUMER.CREATE.OBJ_o.l _I.4 186
A> {"stream_name":"OBJ_o","config":{"name":"l","ack_policy":"none","deliver_subject":"d","filter_subject":"$O.o.M.>","deliver_policy":"last_per_subject","max_deliver":1,"mem_storage":true}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"l","config":{"deliver_policy":"last_per_subject","ack_policy":"none","max_deliver":1,"filter_subject":"$O.o.M.>","deliver_subject":"d","mem_storage":true}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB d 2
B< HMSG $O.o.M.Yg== 2 $JS.ACK.OBJ_o.l.1.2.1.<t1:number>.1 30 42
B< NATS/1.0\r\nNats-Rollup: sub\r\n\r\n{"name":"b"}
B< HMSG $O.o.M.YQ== 2 $JS.ACK.OBJ_o.l.1.3.2.<t2:number>.0 30 43
B< NATS/1.0\r\nNats-Rollup: sub\r\n\r\n{"name":"a2"}

== a sealed object store #439~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.OBJ_o _I.0 129
A> {"name":"OBJ_o","subjects":["$O.o.C.>","$O.o.M.>"],"discard":"new","allow_rollup_hdrs":true,"allow_direct":true,"num_replicas":1}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$O.o.C.>","$O.o.M.>"],"discard":"new","num_replicas":1,"allow_direct":true,"allow_rollup_hdrs":true}}
A> PUB $O.o.C.n1 _I.1 3
A> abc
A< MSG _I.1 1 26
A< {"stream":"OBJ_o","seq":1}
A> PUB $JS.API.STREAM.UPDATE.OBJ_o _I.2 101
A> {"name":"OBJ_o","subjects":["$O.o.C.>","$O.o.M.>"],"sealed":true,"discard":"new","allow_direct":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":42,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0},"config":{"subjects":["$O.o.C.>","$O.o.M.>"],"discard":"new","allow_direct":true,"sealed":true}}
A> PUB $O.o.C.n2 _I.3 3
A> abc
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10109,"description":"invalid operation on sealed stream"},"stream":"OBJ_o","seq":0}
A> PUB $JS.API.STREAM.PURGE.OBJ_o _I.4 22
A> {"filter":"$O.o.C.n1"}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","error":{"code":400,"err_code":10109,"description":"invalid operation on sealed stream"}}
