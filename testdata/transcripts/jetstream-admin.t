# Accounts and their limits, advisories, domains, monitoring, reload, restart and kill.

# A disk that others use, too, may take its time.
before:
  timeout 10000

== account info of an account without limits #440
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream: enabled }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
file only: numbers of the disk
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.INFO _I.0 0
A> 
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.account_info_response","memory":0,"storage":0,"reserved_memory":0,"reserved_storage":0,"streams":0,"consumers":0,"limits":{"max_memory":-1,"max_storage":-1,"max_streams":-1,"max_consumers":-1,"max_ack_pending":-1,"memory_max_stream_bytes":-1,"storage_max_stream_bytes":-1,"max_bytes_required":false}}
A> PUB $JS.API.STREAM.CREATE.S _I.1 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.2 10
A> xxxxxxxxxx
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
wait 250
A> PUB $JS.API.INFO _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.account_info_response","memory":0,"storage":43,"reserved_memory":0,"reserved_storage":0,"streams":1,"consumers":1,"limits":{"max_memory":-1,"max_storage":-1,"max_streams":-1,"max_consumers":-1,"max_ack_pending":-1,"memory_max_stream_bytes":-1,"storage_max_stream_bytes":-1,"max_bytes_required":false}}

== streams of one account are not the other's #442~ #321~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream: enabled }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"b","pass":"b"}
B> SUB _IB.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
B> PUB $JS.API.STREAM.INFO.S _IB.1 0
B> 
B< MSG _IB.1 1 <number>
B< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
B> PUB $JS.API.STREAM.CREATE.S _IB.2 31
B> {"name":"S","subjects":["s.*"]}
B< MSG _IB.2 1 <number>
B< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":1}
B> PUB $JS.API.STREAM.INFO.S _IB.4 0
B> 
B< MSG _IB.4 1 <number>
B< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}}

== an account without JetStream #442~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts { A { users: [{user: a, password: a}] }, B { jetstream: enabled, users: [{user: b, password: b}] } }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.INFO _I.0 0
A> 
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.account_info_response","error":{"code":503,"err_code":10039,"description":"JetStream not enabled for account"}}
A> PUB $JS.API.STREAM.CREATE.S _I.1 12
A> {"name":"S"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":503,"err_code":10039,"description":"JetStream not enabled for account"}}
A> PUB $JS.API.STREAM.NAMES _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","error":{"code":503,"err_code":10039,"description":"JetStream not enabled for account"}}

== a server without JetStream #442~ @error
conf:
  debug: false
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.INFO _I.0 0
A> 
A< HMSG _I.0 1 44 44
A< NATS/1.0 503\r\nNats-Subject: $JS.API.INFO\r\n\r\n
A> PUB $JS.API.STREAM.CREATE.S _I.1 12
A> {"name":"S"}
A< HMSG _I.1 1 55 55
A< NATS/1.0 503\r\nNats-Subject: $JS.API.STREAM.CREATE.S\r\n\r\n

== a limit of streams #442~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream { max_streams: 1 } }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S1 _I.0 30
A> {"name":"S1","subjects":["a"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["a"]}}
A> PUB $JS.API.STREAM.CREATE.S2 _I.1 30
A> {"name":"S2","subjects":["b"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10027,"description":"maximum number of streams reached"}}
A> PUB $JS.API.STREAM.DELETE.S1 _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_delete_response","success":true}
A> PUB $JS.API.STREAM.CREATE.S2 _I.3 30
A> {"name":"S2","subjects":["b"]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["b"]}}
A> PUB $JS.API.INFO _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.account_info_response","memory":0,"storage":0,"reserved_memory":0,"reserved_storage":0,"streams":1,"consumers":0,"limits":{"max_memory":-1,"max_storage":-1,"max_streams":1,"max_consumers":-1,"max_ack_pending":-1,"memory_max_stream_bytes":-1,"storage_max_stream_bytes":-1,"max_bytes_required":false}}

== a limit of consumers #442~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream { max_consumers: 1 } }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.2 73
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10026,"description":"maximum consumers limit reached"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":3}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_deliver":3}}

== bytes of an account are reserved by max_bytes #441 #442~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream { max_file: 1000, max_mem: 1000 } }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
file only: limits of the disk
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S1 _I.0 46
A> {"name":"S1","subjects":["a"],"max_bytes":600}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["a"],"max_bytes":600}}
A> PUB $JS.API.STREAM.CREATE.S2 _I.1 46
A> {"name":"S2","subjects":["b"],"max_bytes":600}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10047,"description":"insufficient storage resources available"}}
A> PUB $JS.API.INFO _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.account_info_response","memory":0,"storage":0,"reserved_memory":0,"reserved_storage":600,"streams":1,"consumers":0,"limits":{"max_memory":1000,"max_storage":1000,"max_streams":-1,"max_consumers":-1,"max_ack_pending":-1,"memory_max_stream_bytes":-1,"storage_max_stream_bytes":-1,"max_bytes_required":false}}
A> PUB $JS.API.STREAM.CREATE.S2 _I.3 46
A> {"name":"S2","subjects":["b"],"max_bytes":400}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["b"],"max_bytes":400}}
A> PUB $JS.API.STREAM.UPDATE.S2 _I.4 46
A> {"name":"S2","subjects":["b"],"max_bytes":500}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":500,"err_code":10047,"description":"insufficient storage resources available"}}
A> PUB $JS.API.STREAM.CREATE.M _I.5 65
A> {"name":"M","subjects":["m"],"storage":"memory","max_bytes":2000}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10028,"description":"insufficient memory resources available"}}

== an account that is full #442~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream { max_file: 1000 } }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
file only: limits of the disk
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 600
A> <repeat 600 x>
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 600
A> <repeat 600 x>
A< MSG _I.2 1 <number>
A< ~{"error":{"code":400,"err_code":10002,"description":"resource limits exceeded for account"},"stream":"S","seq":0}
wait 350
A> PUB s.1 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.PURGE.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
wait 350
A> PUB s.1 _I.5 1
A> x
A< MSG _I.5 1 22
A< {"stream":"S","seq":3}

== memory of an account that is full #442~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream { max_mem: 1000 } }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 50
A> {"name":"S","subjects":["s.*"],"storage":"memory"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"storage":"memory"}}
A> PUB s.1 _I.1 600
A> <repeat 600 x>
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 600
A> <repeat 600 x>
A< MSG _I.2 1 <number>
A< ~{"error":{"code":400,"err_code":10002,"description":"resource limits exceeded for account"},"stream":"S","seq":0}

== streams must say how large they may be #442~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream { max_bytes_required: true } }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10113,"description":"account requires a stream config to have max bytes set"}}
A> PUB $JS.API.STREAM.CREATE.S _I.1 47
A> {"name":"S","subjects":["s.*"],"max_bytes":100}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"max_bytes":100}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 43
A> {"name":"T","subjects":["t"],"max_bytes":0}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10113,"description":"account requires a stream config to have max bytes set"}}

== the largest stream of an account #442~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream { max_file: 1000, max_mem: 1000, disk_max_stream_bytes: 100, memory_max_stream_bytes: 50 } }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
file only: limits of the disk
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 47
A> {"name":"S","subjects":["s.*"],"max_bytes":200}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10122,"description":"stream max bytes exceeds account limit max stream bytes"}}
A> PUB $JS.API.STREAM.CREATE.S _I.1 47
A> {"name":"S","subjects":["s.*"],"max_bytes":100}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"max_bytes":100}}
A> PUB $JS.API.STREAM.CREATE.M _I.2 63
A> {"name":"M","subjects":["m"],"storage":"memory","max_bytes":60}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10122,"description":"stream max bytes exceeds account limit max stream bytes"}}

== max_ack_pending of an account #442~ #384~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream { max_ack_pending: 10 } }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 94
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":20}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10121,"description":"consumer max ack pending exceeds system limit of 10"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 94
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":10}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_ack_pending":10}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.3 73
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit","max_ack_pending":10}}
A> PUB $JS.API.CONSUMER.CREATE.S.G _I.4 94
A> {"stream_name":"S","config":{"durable_name":"G","ack_policy":"explicit","max_ack_pending":-1}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"G","config":{"ack_policy":"explicit","max_ack_pending":-1}}

== memory and disk of a server #441~ @error
conf:
  jetstream { store_dir: "<dir>/js", max_file: 1000000, max_mem: 1000000 }
file only: limits of the disk
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"max_bytes":2000000}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10047,"description":"insufficient storage resources available"}}
A> PUB $JS.API.STREAM.CREATE.S _I.1 50
A> {"name":"S","subjects":["s.*"],"max_bytes":900000}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"max_bytes":900000}}
A> PUB $JS.API.STREAM.CREATE.M _I.2 68
A> {"name":"M","subjects":["m"],"storage":"memory","max_bytes":2000000}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10028,"description":"insufficient memory resources available"}}
A> PUB $JS.API.INFO _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.account_info_response","memory":0,"storage":0,"reserved_memory":0,"reserved_storage":900000,"streams":1,"consumers":0,"limits":{"max_memory":-1,"max_storage":-1,"max_streams":-1,"max_consumers":-1,"max_ack_pending":-1,"memory_max_stream_bytes":-1,"storage_max_stream_bytes":-1,"max_bytes_required":false}}

== limits of the server for all accounts #441~ #328~ @error
conf:
  jetstream { store_dir: "<dir>/js", limits { max_ack_pending: 10, duplicate_window: 30s, max_request_batch: 7 } }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 62
A> {"name":"S","subjects":["s.*"],"duplicate_window":60000000000}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"duplicates window can not be larger then server limit of 30s"}}
A> PUB $JS.API.STREAM.CREATE.S _I.1 62
A> {"name":"S","subjects":["s.*"],"duplicate_window":20000000000}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"duplicate_window":20000000000}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 29
A> {"name":"T","subjects":["t"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"],"duplicate_window":30000000000}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 94
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_ack_pending":20}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10121,"description":"consumer max ack pending exceeds system limit of 10"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_ack_pending":10}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.5 87
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","max_batch":9}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10125,"description":"consumer max request batch exceeds server limit of 7"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.6 87
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit","max_batch":5}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit","max_batch":5}}

== api numbers of an account #440~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.INFO.Q _I.0 0
A> 
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
A> PUB $JS.API.STREAM.CREATE.S _I.1 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.INFO.S _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0}}
A> PUB $JS.API.INFO _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.account_info_response","api":{"level":5,"total":3,"errors":1},"streams":1,"consumers":0,"memory":0,"storage":0}

== the API under a domain #444
conf:
  jetstream { store_dir: "<dir>/js", domain: hub }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.hub.API.INFO _I.0 0
A> 
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.account_info_response","memory":0,"storage":0,"reserved_memory":0,"reserved_storage":0,"domain":"hub","streams":0,"consumers":0}
A> PUB $JS.hub.API.STREAM.CREATE.S _I.1 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]},"domain":"<absent>"}
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 37
A< {"stream":"S","domain":"hub","seq":1}
A> PUB $JS.hub.API.STREAM.NAMES _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":1,"offset":0,"limit":1024,"streams":["S"]}
A> PUB $JS.hub.API.CONSUMER.CREATE.S.D _I.4 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit"}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.hub.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x
A> PUB $JS.hub.API.STREAM.MSG.GET.S _I.5 9
A> {"seq":1}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":1,"data":"eA=="}}

== the API under a domain that is another #444~ @error
conf:
  jetstream { store_dir: "<dir>/js", domain: hub }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.spoke.API.INFO _I.0 0
A> 
A< HMSG _I.0 1 50 50
A< NATS/1.0 503\r\nNats-Subject: $JS.spoke.API.INFO\r\n\r\n
A> PUB $JS.spoke.API.STREAM.NAMES _I.1 0
A> 
A< HMSG _I.1 1 58 58
A< NATS/1.0 503\r\nNats-Subject: $JS.spoke.API.STREAM.NAMES\r\n\r\n

== the API under a domain without one #444~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.hub.API.INFO _I.0 0
A> 
A< HMSG _I.0 1 48 48
A< NATS/1.0 503\r\nNats-Subject: $JS.hub.API.INFO\r\n\r\n

== direct gets under a domain #444~ #421~
conf:
  jetstream { store_dir: "<dir>/js", domain: hub }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 51
A> {"name":"S","subjects":["s.*"],"allow_direct":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_direct":true}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 37
A< {"stream":"S","domain":"hub","seq":1}
A> PUB $JS.hub.API.DIRECT.GET.S.s.1 _I.2 0
A> 
A< HMSG _I.2 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx
A> PUB $JS.hub.API.DIRECT.GET.S _I.3 9
A> {"seq":1}
A< HMSG _I.3 1 <number> <number>
A< NATS/1.0\r\nNats-Stream: S\r\nNats-Subject: s.1\r\nNats-Sequence: 1\r\nNats-Time-Stamp: <any>\r\n\r\nx

== advisories of streams #474~
conf:
  jetstream { store_dir: "<dir>/js" }
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB $JS.EVENT.ADVISORY.STREAM.> 2
B: sync
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
B< MSG $JS.EVENT.ADVISORY.STREAM.CREATED.S 2 <number>
B< ~{"type":"io.nats.jetstream.advisory.v1.stream_action","stream":"S","action":"create"}
A> PUB $JS.API.STREAM.UPDATE.S _I.1 44
A> {"name":"S","subjects":["s.*"],"max_msgs":5}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":{"subjects":["s.*"],"max_msgs":5}}
B< MSG $JS.EVENT.ADVISORY.STREAM.UPDATED.S 2 <number>
B< ~{"type":"io.nats.jetstream.advisory.v1.stream_action","stream":"S","action":"modify"}
A> PUB $JS.API.STREAM.DELETE.S _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_delete_response","success":true}
B< MSG $JS.EVENT.ADVISORY.STREAM.DELETED.S 2 <number>
B< ~{"type":"io.nats.jetstream.advisory.v1.stream_action","stream":"S","action":"delete"}

== advisories of consumers #474~
conf:
  jetstream { store_dir: "<dir>/js" }
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB $JS.EVENT.ADVISORY.CONSUMER.> 2
B: sync
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
B< MSG $JS.EVENT.ADVISORY.CONSUMER.CREATED.S.D 2 <number>
B< ~{"type":"io.nats.jetstream.advisory.v1.consumer_action","stream":"S","consumer":"D","action":"create"}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":3}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","max_deliver":3}}
A> PUB $JS.API.CONSUMER.PAUSE.S.D _I.3 38
A> {"pause_until":"2096-01-01T00:00:00Z"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","paused":true,"pause_until":"2096-01-01T00:00:00Z"}
B< MSG $JS.EVENT.ADVISORY.CONSUMER.PAUSE.S.D 2 <number>
B< ~{"type":"io.nats.jetstream.advisory.v1.consumer_pause","stream":"S","consumer":"D","paused":true,"pause_until":"2096-01-01T00:00:00Z"}
A> PUB $JS.API.CONSUMER.PAUSE.S.D _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_pause_response","paused":false,"pause_until":"0001-01-01T00:00:00Z"}
# The reference may tell of the pause twice.
B: skip to "paused":false
B: skip to \r\n
A> PUB $JS.API.CONSUMER.DELETE.S.D _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","success":true}
B< MSG $JS.EVENT.ADVISORY.CONSUMER.DELETED.S.D 2 <number>
B< ~{"type":"io.nats.jetstream.advisory.v1.consumer_action","stream":"S","consumer":"D","action":"delete"}

== advisories of naks and terms #474~ #403~
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
A> PUB s.1 _I.2 1
A> x
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit"}}
C> CONNECT {"verbose":false,"headers":true,"no_responders":true}
C> SUB _IC.> 1
C> SUB $JS.EVENT.ADVISORY.CONSUMER.> 2
C: sync
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.1 1
B< x
B< MSG s.1 9 $JS.ACK.S.D.1.2.2.<t2:number>.0 1
B< x
B> PUB $JS.ACK.S.D.1.1.1.<t1>.1 4
B> -NAK
B: sync
wait 40
C< MSG $JS.EVENT.ADVISORY.CONSUMER.MSG_NAKED.S.D 2 <number>
C< ~{"type":"io.nats.jetstream.advisory.v1.nak","stream":"S","consumer":"D","consumer_seq":1,"stream_seq":1,"deliveries":1}
B> PUB $JS.ACK.S.D.1.2.2.<t2>.0 13
B> +TERM because
B: sync
wait 40
C< MSG $JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.S.D 2 <number>
C< ~{"type":"io.nats.jetstream.advisory.v1.terminated","stream":"S","consumer":"D","consumer_seq":2,"stream_seq":2,"deliveries":1,"reason":"because"}
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.2.1.3.<t3:number>.0 1
B< x
B> PUB $JS.ACK.S.D.2.1.3.<t3>.0 5
B> +TERM
B: sync
wait 40
C< MSG $JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.S.D 2 <number>
C< ~{"type":"io.nats.jetstream.advisory.v1.terminated","stream":"S","consumer":"D","consumer_seq":3,"stream_seq":1,"deliveries":2}

== advisories stay in their account #476~
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream: enabled }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
B> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"b","pass":"b"}
B> SUB _IB.> 1
B> SUB $JS.EVENT.ADVISORY.> 2
B: sync
C> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
C> SUB _IC.> 1
C> SUB $JS.EVENT.ADVISORY.STREAM.CREATED.> 2
C: sync
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
C< MSG $JS.EVENT.ADVISORY.STREAM.CREATED.S 2 <number>
C< ~{"type":"io.nats.jetstream.advisory.v1.stream_action","stream":"S","action":"create"}
B: silent

== advisories can be stored #474~ #321~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.EV _I.0 56
A> {"name":"EV","subjects":["$JS.EVENT.ADVISORY.STREAM.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["$JS.EVENT.ADVISORY.STREAM.>"]}}
A> PUB $JS.API.STREAM.CREATE.S _I.1 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
wait 100
A> PUB $JS.API.STREAM.INFO.EV _I.2 23
A> {"subjects_filter":">"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":2,"offset":0,"limit":100000,"state":{"messages":2,"first_seq":1,"last_seq":2,"num_subjects":2,"subjects":{"$JS.EVENT.ADVISORY.STREAM.CREATED.EV":1,"$JS.EVENT.ADVISORY.STREAM.CREATED.S":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}

== /jsz counts #487~
conf:
  jetstream { store_dir: "<dir>/js" }
http /jsz 200
  {"disabled":"<absent>","streams":0,"consumers":0,"messages":0,"bytes":0,"memory":0,"storage":0,"account_details":"<absent>"}
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
A> PUB $JS.API.STREAM.CREATE.M _I.3 48
A> {"name":"M","subjects":["m"],"storage":"memory"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["m"],"storage":"memory"}}
A> PUB m _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"M","seq":1}
http /jsz 200
  {"streams":2,"consumers":1,"messages":2}

== /jsz of a server without JetStream #487~
conf:
  debug: false
http /jsz 200
  {"disabled":true,"streams":0}

== /jsz with accounts, streams, consumers and configurations #487~
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
http /jsz?accounts=true 200
  {"streams":1,"consumers":1,"messages":1,"account_details":[{"name":"$G","stream_detail":"<absent>"}]}
http /jsz?streams=true 200
  {"streams":1,"consumers":1,"messages":1,"account_details":[{"name":"$G","stream_detail":[{"name":"S","state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":1},"config":"<absent>","consumer_detail":"<absent>"}]}]}
http /jsz?consumers=true 200
  {"streams":1,"consumers":1,"messages":1,"account_details":[{"name":"$G","stream_detail":[{"name":"S","state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":1},"config":"<absent>","consumer_detail":[{"name":"D","num_pending":1,"stream_name":"S"}]}]}]}
http /jsz?consumers=true&config=true 200
  {"streams":1,"consumers":1,"messages":1,"account_details":[{"name":"$G","stream_detail":[{"name":"S","state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":1},"config":{"subjects":["s.*"]},"consumer_detail":[{"name":"D","num_pending":1,"stream_name":"S"}]}]}]}

== /jsz of one account #487~
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream: enabled }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
http /jsz?acc=A&streams=true 200
  {"streams":1,"consumers":0,"messages":0,"account_details":[{"name":"A","stream_detail":[{"name":"S","state":{"messages":0,"bytes":0,"first_seq":0,"last_seq":0,"consumer_count":0},"config":"<absent>","consumer_detail":"<absent>"}]}]}
http /jsz?acc=Q 200
  {"account_details":"<absent>"}

== /healthz of a server with streams #488~
conf:
  jetstream { store_dir: "<dir>/js" }
http /healthz 200
  {"status":"ok"}
file only: `docs/deviations.md`, accounts whose streams are all in memory
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
http /healthz 200
  {"status":"ok"}
http /healthz?js-enabled-only=true 200
  {"status":"ok"}
http /healthz?js-server-only=true 200
  {"status":"ok"}
http /healthz?stream=S&account=$G 200
  {"status":"ok"}
http /healthz?stream=S&consumer=D&account=$G 200
  {"status":"ok"}

== /healthz of what isn't there #489~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
file only: `docs/deviations.md`, accounts whose streams are all in memory
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
http /healthz?account=Q 404
  {"status":"unavailable","error":"JetStream account \"Q\" not found"}
http /healthz?stream=Q&account=$G 404
  {"status":"unavailable","error":"JetStream stream \"Q\" not found on account \"$G\""}
http /healthz?stream=S&consumer=Q&account=$G 404
  {"status":"unavailable","error":"JetStream consumer \"Q\" not found for stream \"S\" on account \"$G\""}
http /healthz?stream=S 400
  {"status":"error","error":"\"account\" must not be empty when checking stream health"}
http /healthz?consumer=D&account=$G 400
  {"status":"error","error":"\"stream\" must not be empty when checking consumer health"}

== /healthz of a server without JetStream #489~
conf:
  debug: false
http /healthz 200
  {"status":"ok"}
http /healthz?js-enabled-only=true 200
  {"status":"ok"}

== /varz tells of JetStream #478~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
http /varz 200
  {"jetstream":{"stats":{"accounts":1},"config":{"strict":true}}}

== a reload switches JetStream of an account off and on #454~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream: enabled }
    B { jetstream: enabled, users: [{user: b, password: b}] }
  }
file only: streams come back from the disk
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
reload:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}] }
    B { jetstream: enabled, users: [{user: b, password: b}] }
  }
A> PUB $JS.API.INFO _I.2 0
A> 
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.account_info_response","error":{"code":503,"err_code":10039,"description":"JetStream not enabled for account"}}
reload:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream: enabled }
    B { jetstream: enabled, users: [{user: b, password: b}] }
  }
A> PUB $JS.API.STREAM.INFO.S _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0}}

== a reload changes the limits of an account #442~ #454~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream { max_streams: 1 } }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true,"user":"a","pass":"a"}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S1 _I.0 30
A> {"name":"S1","subjects":["a"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["a"]}}
A> PUB $JS.API.STREAM.CREATE.S2 _I.1 30
A> {"name":"S2","subjects":["b"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10027,"description":"maximum number of streams reached"}}
reload:
  jetstream { store_dir: "<dir>/js" }
  accounts {
    A { users: [{user: a, password: a}], jetstream { max_streams: 2 } }
    B { users: [{user: b, password: b}], jetstream: enabled }
    $SYS { users: [{user: s, password: s}] }
  }
A> PUB $JS.API.STREAM.CREATE.S2 _I.2 30
A> {"name":"S2","subjects":["b"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["b"]}}

== a restart keeps streams, messages and consumers #450~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 77
A> {"name":"S","subjects":["s.*"],"max_msgs_per_subject":2,"description":"kept"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"description":"kept","subjects":["s.*"],"max_msgs_per_subject":2}}
A> PUB s.0 _I.1 1
A> 0
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> 1
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB s.0 _I.3 1
A> 2
A< MSG _I.3 1 22
A< {"stream":"S","seq":3}
A> PUB s.1 _I.4 1
A> 3
A< MSG _I.4 1 22
A< {"stream":"S","seq":4}
A> PUB s.0 _I.5 1
A> 4
A< MSG _I.5 1 22
A< {"stream":"S","seq":5}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 89
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","max_deliver":7}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":4,"name":"D","config":{"ack_policy":"explicit","max_deliver":7}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 11
B> {"batch":2}
B< MSG s.1 9 $JS.ACK.S.D.1.2.1.<t1:number>.3 1
B< 1
B< MSG s.0 9 $JS.ACK.S.D.1.3.2.<t2:number>.2 1
B< 2
B> PUB $JS.ACK.S.D.1.2.1.<t1>.3 _IB.7 4
B> +ACK
B< MSG _IB.7 1 0
B< 
A> PUB $JS.API.STREAM.MSG.DELETE.S _I.8 9
A> {"seq":4}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_delete_response","success":true}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":2,"stream_seq":3},"ack_floor":{"consumer_seq":1,"stream_seq":2}}
restart
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.INFO.S _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":3,"bytes":102,"first_seq":2,"last_seq":5,"num_subjects":2,"num_deleted":1,"consumer_count":1},"config":{"description":"kept","max_msgs_per_subject":2}}
A> PUB $JS.API.STREAM.INFO.S _I.11 23
A> {"subjects_filter":">"}
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":2,"offset":0,"limit":100000,"state":{"messages":3,"bytes":102,"first_seq":2,"last_seq":5,"num_subjects":2,"subjects":{"s.0":2,"s.1":1},"num_deleted":1,"consumer_count":1},"config":{"subjects_filter":"<absent>"}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.12 0
A> 
A< MSG _I.12 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":1,"num_waiting":0,"num_redelivered":0,"config":{"max_deliver":7},"delivered":{"consumer_seq":2,"stream_seq":3},"ack_floor":{"consumer_seq":1,"stream_seq":2}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 26
B> {"batch":9,"no_wait":true}
B< MSG s.0 9 $JS.ACK.S.D.1.5.3.<t3:number>.0 1
B< 4
B< HMSG _P.B 9 28 28
B< NATS/1.0 404 No Messages\r\n\r\n

== a kill keeps what was acknowledged #450~ #449~
conf:
  jetstream { store_dir: "<dir>/js", sync_interval: always }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.1 1
A> a
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> HPUB s.2 _I.2 28 29
A> NATS/1.0\r\nNats-Msg-Id: x\r\n\r\nb
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":2,"name":"D","config":{"ack_policy":"explicit"}}
restart KILL
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.INFO.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":2,"bytes":100,"first_seq":1,"last_seq":2,"num_subjects":2,"consumer_count":1}}
A> HPUB s.1 _I.5 28 29
A> NATS/1.0\r\nNats-Msg-Id: x\r\n\r\na
A< MSG _I.5 1 40
A< {"stream":"S","seq":2,"duplicate": true}
A> PUB $JS.API.STREAM.MSG.GET.S _I.6 9
A> {"seq":2}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.2","seq":2,"hdrs":"TkFUUy8xLjANCk5hdHMtTXNnLUlkOiB4DQoNCg==","data":"Yg=="}}
A> PUB s.1 _I.7 1
A> c
A< MSG _I.7 1 22
A< {"stream":"S","seq":3}

== a store under the previous key is under the new one from then on #447
conf:
  jetstream { store_dir: "<dir>/js", key: "first" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 52
A> {"name":"S","subjects":["s.*"],"description":"kept"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.2 1
A> a
A< MSG _I.2 1 22
A< {"stream":"S","seq":1}
rewrite:
  jetstream { store_dir: "<dir>/js", key: "second", prev_key: "first" }
restart
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.MSG.GET.S _I.3 9
A> {"seq":1}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":1,"data":"YQ=="}}
A> PUB s.2 _I.4 1
A> b
A< MSG _I.4 1 22
A< {"stream":"S","seq":2}
rewrite:
  jetstream { store_dir: "<dir>/js", key: "second" }
restart
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.MSG.GET.S _I.6 9
A> {"seq":1}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.1","seq":1,"data":"YQ=="}}
A> PUB $JS.API.STREAM.MSG.GET.S _I.7 9
A> {"seq":2}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"s.2","seq":2,"data":"Yg=="}}

== a restart forgets what is in memory #450~ #323~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.M _I.0 48
A> {"name":"M","subjects":["m"],"storage":"memory"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["m"],"storage":"memory"}}
A> PUB m _I.1 1
A> x
A< MSG _I.1 1 22
A< {"stream":"M","seq":1}
A> PUB $JS.API.STREAM.CREATE.S _I.2 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.3 1
A> x
A< MSG _I.3 1 22
A< {"stream":"S","seq":1}
restart
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.NAMES _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":1,"offset":0,"limit":1024,"streams":["S"]}
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":1,"last_seq":1,"num_subjects":1,"consumer_count":0}}

== a restart keeps what was deleted deleted #450~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 29
A> {"name":"T","subjects":["t"]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 73
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.3 73
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit"}}
A> PUB s.1 _I.4 1
A> x
A< MSG _I.4 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.5 1
A> x
A< MSG _I.5 1 22
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.DELETE.T _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_delete_response","success":true}
A> PUB $JS.API.CONSUMER.DELETE.S.F _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_delete_response","success":true}
A> PUB $JS.API.STREAM.PURGE.S _I.8 0
A> 
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
restart
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.NAMES _I.9 0
A> 
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_names_response","total":1,"offset":0,"limit":1024,"streams":["S"]}
A> PUB $JS.API.CONSUMER.NAMES.S _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_names_response","total":1,"offset":0,"limit":1024,"consumers":["D"]}
A> PUB $JS.API.STREAM.INFO.S _I.11 0
A> 
A< MSG _I.11 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":0,"bytes":0,"first_seq":3,"last_seq":2,"consumer_count":1}}
A> PUB s.1 _I.12 1
A> x
A< MSG _I.12 1 22
A< {"stream":"S","seq":3}

== a restart keeps sealed, paused and first_seq #450~ #330~ #411~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 46
A> {"name":"S","subjects":["s.*"],"first_seq":50}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"first_seq":50}}
A> PUB s.1 _I.1 1
A> x
A< MSG _I.1 1 23
A< {"stream":"S","seq":50}
A> PUB $JS.API.STREAM.UPDATE.S _I.2 60
A> {"name":"S","subjects":["s.*"],"first_seq":50,"sealed":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","state":{"messages":1,"bytes":34,"first_seq":50,"last_seq":50,"num_subjects":1,"consumer_count":0},"config":{"subjects":["s.*"],"first_seq":50,"sealed":true}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 31
A> {"name":"T","subjects":["t.*"]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.T.D _I.4 110
A> {"stream_name":"T","config":{"durable_name":"D","ack_policy":"explicit","pause_until":"2096-01-01T00:00:00Z"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","paused":true,"num_pending":0,"name":"D","config":{"ack_policy":"explicit","pause_until":"2096-01-01T00:00:00Z"}}
restart
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB s.1 _I.5 1
A> x
A< MSG _I.5 1 <number>
A< ~{"error":{"code":400,"err_code":10109,"description":"invalid operation on sealed stream"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.INFO.S _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":50,"last_seq":50,"num_subjects":1,"consumer_count":0},"config":{"first_seq":50,"sealed":true}}
A> PUB $JS.API.CONSUMER.INFO.T.D _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","paused":true,"num_pending":0,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0}}

== a restart keeps redelivery counts #450~ #401~
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
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 94
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","ack_wait":500000000}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":1,"name":"D","config":{"ack_policy":"explicit","ack_wait":500000000}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.1.1.1.<t1:number>.0 1
B< x
B> PUB $JS.ACK.S.D.1.1.1.<t1>.0 4
B> -NAK
B: sync
wait 40
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 1
B> 1
B< MSG s.1 9 $JS.ACK.S.D.2.1.2.<t2:number>.0 1
B< x
A> PUB $JS.API.CONSUMER.INFO.S.D _I.3 0
A> 
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":0,"num_ack_pending":1,"num_waiting":0,"num_redelivered":1,"delivered":{"consumer_seq":2,"stream_seq":1},"ack_floor":{"consumer_seq":0,"stream_seq":0}}
restart
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _P.B 9
B: sync
B> PUB $JS.API.CONSUMER.MSG.NEXT.S.D _P.B 32
B> {"batch":1,"expires":4000000000}
B< MSG s.1 9 $JS.ACK.S.D.3.1.3.<t3:number>.0 1
B< x

== a work queue stays empty after a restart #450~ #357~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 55
A> {"name":"S","subjects":["s.*"],"retention":"workqueue"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"retention":"workqueue"}}
A> PUB s.1 _I.1 1
A> a
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 1
A> b
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
B< a
B> PUB $JS.ACK.S.D.1.1.1.<t1>.1 _IB.4 4
B> +ACK
B< MSG _IB.4 1 0
B< 
restart
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.INFO.S _I.5 0
A> 
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":0,"offset":0,"limit":0,"state":{"messages":1,"bytes":34,"first_seq":2,"last_seq":2,"num_subjects":1,"consumer_count":1}}
A> PUB $JS.API.CONSUMER.INFO.S.D _I.6 0
A> 
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_info_response","num_pending":1,"num_ack_pending":0,"num_waiting":0,"num_redelivered":0,"delivered":{"consumer_seq":1,"stream_seq":1},"ack_floor":{"consumer_seq":1,"stream_seq":1}}

== a restart goes on with times to live #450~ #359~
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 52
A> {"name":"S","subjects":["s.*"],"allow_msg_ttl":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_msg_ttl":true}}
A> HPUB s.1 _I.1 25 26
A> NATS/1.0\r\nNats-TTL: 2\r\n\r\nx
A< MSG _I.1 1 22
A< {"stream":"S","seq":1}
A> HPUB s.2 _I.2 26 27
A> NATS/1.0\r\nNats-TTL: 1h\r\n\r\nx
A< MSG _I.2 1 22
A< {"stream":"S","seq":2}
restart
wait 3200
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.INFO.S _I.3 23
A> {"subjects_filter":">"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","total":1,"offset":0,"limit":100000,"state":{"messages":1,"bytes":64,"first_seq":2,"last_seq":2,"num_subjects":1,"subjects":{"s.2":1},"consumer_count":0},"config":{"subjects_filter":"<absent>"}}

== the shutdown tells pulls that wait #397~
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
B> {"batch":2,"expires":9000000000}
wait 60
signal TERM
B< HMSG _P.B 9 81 81
B< NATS/1.0 409 Server Shutdown\r\nNats-Pending-Messages: 2\r\nNats-Pending-Bytes: 0\r\n\r\n
A: gone
B: gone
