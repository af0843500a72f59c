# Error codes of the API that no other file provokes.

# A disk that others use, too, may take its time.
before:
  timeout 10000

== external prefixes that can't be #425~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 96
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"X","external":{"api":"$JS.API","deliver":"d"}}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 100
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"X","external":{"api":"$JS.x.API","deliver":"s.1"}}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 103
A> {"name":"T","subjects":["q.*"],"sources":[{"name":"X","external":{"api":"$JS.x.API","deliver":"q.1"}}]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["q.*"],"sources":[{"name":"X","external":{"api":"$JS.x.API","deliver":"q.1"}}]}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 93
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"X","external":{"api":"a..b","deliver":"d"}}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.5 100
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"X","external":{"api":"$JS.x.API","deliver":"d.*"}}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}

== mirrors that can't be #334~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 78
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S"},"sources":[{"name":"S"}]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 111
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S","opt_start_seq":1,"opt_start_time":"2020-01-01T00:00:00Z"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 124
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S","filter_subject":"s.1","subject_transforms":[{"src":"s.1","dest":"x"}]}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 51
A> {"name":"T","subjects":["t"],"mirror":{"name":"S"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.5 52
A> {"name":"T","subjects":["s.*"],"mirror":{"name":""}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.6 67
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S"},"first_seq":5}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10143,"description":"stream mirrors can not have first sequence configured"}}
A> PUB $JS.API.STREAM.CREATE.T _I.7 78
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S"},"allow_msg_counter":true}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.8 73
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S"},"allow_atomic":true}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.9 80
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S"},"allow_msg_schedules":true}
A< MSG _I.9 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.10 74
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S"},"allow_batched":true}
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}

== a mirror can't be changed #334~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 53
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.UPDATE.T _I.2 52
A> {"name":"T","mirror":{"name":"S","opt_start_seq":5}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_update_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}

== sources that can't be #335~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 58
A> {"name":"T","subjects":["s.*"],"sources":[{"name":"a.b"}]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10141,"description":"sourced stream name is invalid"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 69
A> {"name":"T","subjects":["s.*"],"sources":[{"name":"S"},{"name":"S"}]}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10140,"description":"duplicate source configuration detected"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 80
A> {"name":"T","subjects":["s.*"],"sources":[{"name":"S","filter_subject":"s..1"}]}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10049,"description":"subject filter 's..1' for the source: invalid subject"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 127
A> {"name":"T","subjects":["s.*"],"sources":[{"name":"S","filter_subject":"s.1","subject_transforms":[{"src":"s.1","dest":"x"}]}]}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10144,"description":"source with multiple subject transforms cannot also have a single subject filter"}}
A> PUB $JS.API.STREAM.CREATE.T _I.5 120
A> {"name":"T","subjects":["s.*"],"sources":[{"name":"S","subject_transforms":[{"src":"s.*","dest":"x.{{wildcard(2)}}"}]}]}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10146,"description":"source transform: invalid mapping destination: wildcard index out of range in {{wildcard(2)}}: [2]"}}
A> PUB $JS.API.STREAM.CREATE.T _I.6 145
A> {"name":"T","subjects":["s.*"],"sources":[{"name":"S","subject_transforms":[{"src":"s.*","dest":"x.{{wildcard(1)}}"},{"src":"s.1","dest":"y"}]}]}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10147,"description":"source filters can not overlap"}}
A> PUB $JS.API.STREAM.CREATE.T _I.7 105
A> {"name":"T","subjects":["s.*"],"sources":[{"name":"S","subject_transforms":[{"src":"s..*","dest":"x"}]}]}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10145,"description":"source transform source: invalid subject s..*"}}

== transforms of a mirror that can't be #334~ #426~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 77
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S","filter_subject":"s..1"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 117
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S","subject_transforms":[{"src":"s.*","dest":"x.{{wildcard(2)}}"}]}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 142
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S","subject_transforms":[{"src":"s.*","dest":"x.{{wildcard(1)}}"},{"src":"s.1","dest":"y"}]}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.4 102
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"S","subject_transforms":[{"src":"s..*","dest":"x"}]}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}
A> PUB $JS.API.STREAM.CREATE.T _I.5 55
A> {"name":"T","subjects":["s.*"],"mirror":{"name":"a.b"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10034,"description":"stream mirrors can not contain subjects"}}

== priority groups that can't be #394~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 102
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","priority_policy":"overflow"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10159,"description":"Setting PriorityPolicy requires at least one PriorityGroup to be set"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 125
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","priority_policy":"overflow","priority_groups":[""]}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10161,"description":"Group name cannot be an empty string"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.3 128
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","priority_policy":"overflow","priority_groups":["a b"]}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10162,"description":"Valid priority group name must match A-Z, a-z, 0-9, -_/=)+ and may not exceed 16 characters"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.4 142
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","priority_policy":"overflow","priority_groups":["xxxxxxxxxxxxxxxxx"]}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10162,"description":"Valid priority group name must match A-Z, a-z, 0-9, -_/=)+ and may not exceed 16 characters"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.5 148
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","priority_policy":"overflow","priority_groups":["a"],"deliver_subject":"d"}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10178,"description":"priority groups can not be used with push consumers"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.6 97
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","priority_groups":["a"]}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10196,"description":"consumer can not have priority groups when policy is none"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.7 103
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","priority_timeout":1000000000}}
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10197,"description":"PinnedTTL cannot be set when PriorityPolicy is none"}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.8 99
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","priority_policy":"bogus"}}
A< MSG _I.8 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: unknown priority policy: \"bogus\""}}

== unpinning a group that isn't there #409~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.1 131
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","priority_policy":"pinned_client","priority_groups":["a"]}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit","priority_groups":["a"],"priority_policy":"pinned_client"}}
A> PUB $JS.API.CONSUMER.UNPIN.S.D _I.2 13
A> {"group":"b"}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_unpin_response","error":{"code":400,"err_code":10160,"description":"Provided priority group does not exist for this consumer"}}
A> PUB $JS.API.CONSUMER.UNPIN.S.D _I.3 2
A> {}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_unpin_response","error":{"code":400,"err_code":10025,"description":"invalid JSON: consumer group not specified"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.4 73
A> {"stream_name":"S","config":{"durable_name":"F","ack_policy":"explicit"}}
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit"}}
A> PUB $JS.API.CONSUMER.UNPIN.S.F _I.5 13
A> {"group":"a"}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_unpin_response","error":{"code":400,"err_code":10160,"description":"Provided priority group does not exist for this consumer"}}

== counters that can't count #361~ #344~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> HPUB s.1 _I.1 27 27
A> NATS/1.0\r\nNats-Incr: +1\r\n\r\n
A< MSG _I.1 1 <number>
A< ~{"error":{"code":400,"err_code":10168,"description":"message counters is disabled"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.CREATE.T _I.2 56
A> {"name":"T","subjects":["t.*"],"allow_msg_counter":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t.*"],"allow_msg_counter":true}}
A> PUB t.1 _I.3 1
A> x
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10169,"description":"message counter increment is missing"},"stream":"T","seq":0}
A> HPUB t.1 _I.4 27 28
A> NATS/1.0\r\nNats-Incr: +1\r\n\r\nx
A< MSG _I.4 1 <number>
A< ~{"error":{"code":400,"err_code":10170,"description":"message counter has payload"},"stream":"T","seq":0}
A> HPUB t.1 _I.5 28 28
A> NATS/1.0\r\nNats-Incr: one\r\n\r\n
A< MSG _I.5 1 <number>
A< ~{"error":{"code":400,"err_code":10171,"description":"message counter increment is invalid"},"stream":"T","seq":0}
A> HPUB t.1 _I.6 26 26
A> NATS/1.0\r\nNats-Incr: 1\r\n\r\n
A< MSG _I.6 1 32
A< {"stream":"T","seq":1,"val":"1"}
A> HPUB t.1 _I.7 27 27
A> NATS/1.0\r\nNats-Incr: +1\r\n\r\n
A< MSG _I.7 1 32
A< {"stream":"T","seq":2,"val":"2"}

== configurations that don't go with counters #344~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.T _I.0 80
A> {"name":"T","subjects":["s.*"],"allow_msg_counter":true,"retention":"workqueue"}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"counter stream can only use limits retention"}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 72
A> {"name":"T","subjects":["s.*"],"allow_msg_counter":true,"discard":"new"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"counter stream cannot use discard new"}}
A> PUB $JS.API.STREAM.CREATE.T _I.2 77
A> {"name":"T","subjects":["s.*"],"allow_msg_counter":true,"allow_msg_ttl":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"counter stream cannot use message TTLs"}}
A> PUB $JS.API.STREAM.CREATE.T _I.3 83
A> {"name":"T","subjects":["s.*"],"allow_msg_counter":true,"allow_msg_schedules":true}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"counter stream cannot use message schedules"}}

== atomic batches that can't be #362~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> HPUB s.1 _I.1 54 54
A> NATS/1.0\r\nNats-Batch-Id: a\r\nNats-Batch-Sequence: 1\r\n\r\n
A< MSG _I.1 1 <number>
A< ~{"error":{"code":400,"err_code":10174,"description":"atomic publish is disabled"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.CREATE.T _I.2 51
A> {"name":"T","subjects":["t.*"],"allow_atomic":true}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t.*"],"allow_atomic":true}}
A> HPUB t.1 _I.3 30 30
A> NATS/1.0\r\nNats-Batch-Id: a\r\n\r\n
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10175,"description":"atomic publish sequence is missing"},"stream":"T","seq":0}
A> HPUB t.1 _I.4 54 54
A> NATS/1.0\r\nNats-Batch-Id: b\r\nNats-Batch-Sequence: 2\r\n\r\n
A< MSG _I.4 1 <number>
A< ~{"error":{"code":400,"err_code":10176,"description":"atomic publish batch is incomplete"},"stream":"T","seq":0}
A> HPUB t.1 _I.5 118 118
A> NATS/1.0\r\nNats-Batch-Id: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\nNats-Batch-Sequence: 1\r\n\r\n
A< MSG _I.5 1 <number>
A< ~{"error":{"code":400,"err_code":10179,"description":"atomic publish batch ID is invalid"},"stream":"T","seq":0}
A> HPUB t.1 _I.6 80 80
A> NATS/1.0\r\nNats-Batch-Id: c\r\nNats-Batch-Sequence: 1\r\nNats-Batch-Commit: maybe\r\n\r\n
A< MSG _I.6 1 <number>
A< ~{"error":{"code":400,"err_code":10200,"description":"atomic publish batch commit is invalid"},"stream":"T","seq":0}
A> HPUB t.1 _I.7 106 106
A> NATS/1.0\r\nNats-Batch-Id: d\r\nNats-Batch-Sequence: 1\r\nNats-Expected-Last-Msg-Id: q\r\nNats-Batch-Commit: 1\r\n\r\n
A< MSG _I.7 1 <number>
A< ~{"error":{"code":400,"err_code":10177,"description":"atomic publish unsupported header used: Nats-Expected-Last-Msg-Id"},"stream":"T","seq":0}

== a header that only sources may write #424~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> HPUB s.1 _I.1 35 36
A> NATS/1.0\r\nNats-Stream-Source: a\r\n\r\nx
A< MSG _I.1 1 <number>
A< ~{"error":{"code":400,"err_code":10227,"description":"message stream source header is not allowed"},"stream":"S","seq":0}

== the identity of a stream #430~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> HPUB $JS.API.CONSUMER.CREATE.S.D _I.1 41 106
A> NATS/1.0\r\nNats-Stream-Identity: other\r\n\r\n{"stream_name":"S","config":{"name":"D","ack_policy":"explicit"}}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"D","config":{"ack_policy":"explicit"}}

== the place of a push consumer #388~ @error
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
B> SUB d 2
B: sync
A> PUB $JS.API.CONSUMER.CREATE.S.D _I.2 95
A> {"stream_name":"S","config":{"durable_name":"D","ack_policy":"explicit","deliver_subject":"e"}}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","error":{"code":400,"err_code":10013,"description":"consumer name already in use"}}
A> PUB $JS.API.CONSUMER.CREATE.S.F _I.3 87
A> {"stream_name":"S","config":{"name":"F","ack_policy":"explicit","deliver_subject":"f"}}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.consumer_create_response","num_pending":0,"name":"F","config":{"ack_policy":"explicit","deliver_subject":"f"}}

== snapshots and restores that can't be #443~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB $JS.API.STREAM.SNAPSHOT.S _I.1 25
A> {"deliver_subject":"a.*"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_snapshot_response","error":{"code":400,"err_code":10015,"description":"deliver subject not valid"}}
A> PUB $JS.API.STREAM.SNAPSHOT.S _I.2 2
A> {}
A< MSG _I.2 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_snapshot_response","error":{"code":400,"err_code":10003,"description":"bad request"}}
A> PUB $JS.API.STREAM.SNAPSHOT.Q _I.3 23
A> {"deliver_subject":"a"}
A< MSG _I.3 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_snapshot_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}
A> PUB $JS.API.STREAM.SNAPSHOT.S _I.4 0
A> 
A< MSG _I.4 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_snapshot_response","error":{"code":400,"err_code":10003,"description":"bad request"}}
A> PUB $JS.API.STREAM.RESTORE.S _I.5 34
A> {"config":{"name":"S"},"state":{}}
A< MSG _I.5 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_restore_response","error":{"code":400,"err_code":10130,"description":"stream name already in use, cannot restore"}}
A> PUB $JS.API.STREAM.RESTORE.Q _I.6 34
A> {"config":{"name":"R"},"state":{}}
A< MSG _I.6 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_restore_response","error":{"code":400,"err_code":10056,"description":"stream name in subject does not match request"}}
A> PUB $JS.API.STREAM.RESTORE.Q _I.7 0
A> 
A< MSG _I.7 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_restore_response","error":{"code":400,"err_code":10003,"description":"bad request"}}

== fast batches that can't be #363~ #347~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
B> CONNECT {"verbose":false,"headers":true,"no_responders":true}
B> SUB _IB.> 1
B> SUB _F.> 5
B: sync
B> PUB s.1 _F.u1.10.ok.1.0.$FI 1
B> x
B< MSG _F.u1.10.ok.1.0.$FI 5 <number>
B< ~{"error":{"code":400,"err_code":10205,"description":"batch publish is disabled"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.CREATE.T _I.1 52
A> {"name":"T","subjects":["t.*"],"allow_batched":true}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["t.*"],"allow_batched":true}}
B> PUB t.1 _F.u2.10.ok.1.9.$FI 1
B> x
B< MSG _F.u2.10.ok.1.9.$FI 5 <number>
B< ~{"error":{"code":400,"err_code":10206,"description":"batch publish pattern is invalid"},"stream":"T","seq":0}
B> PUB t.1 _F.u3.10.ok.5.1.$FI 1
B> x
B< MSG _F.u3.10.ok.5.1.$FI 5 <number>
B< ~{"error":{"code":400,"err_code":10208,"description":"batch publish ID unknown"},"stream":"T","seq":0}
B> PUB t.1 _F.uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu.10.ok.1.0.$FI 1
B> x
B< MSG _F.uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu.10.ok.1.0.$FI 5 <number>
B< ~{"error":{"code":400,"err_code":10207,"description":"batch publish ID is invalid"},"stream":"T","seq":0}

== a delivery prefix inside of what another source takes #425~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.>"]}}
A> PUB $JS.API.STREAM.CREATE.T _I.1 95
A> {"name":"T","sources":[{"name":"S"},{"name":"X","external":{"api":"$JS.x.API","deliver":"s"}}]}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":400,"err_code":10022,"description":"stream external delivery prefix s overlaps with stream subject s.>"}}

== a server whose disk is full refuses what it would have to store #442~ @error
conf:
  jetstream { store_dir: "<dir>/js", max_file_store: 1000 }
file only: limits of the disk
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 67
A> {"name":"S","subjects":["s.*"],"storage":"file","max_msg_size":900}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"storage":"file","max_msg_size":900}}
A> PUB $JS.API.STREAM.CREATE.D _I.1 77
A> {"name":"D","subjects":["d.*"],"storage":"file","max_msgs":1,"discard":"new"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["d.*"],"storage":"file","max_msgs":1,"discard":"new"}}
A> PUB d.1 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< {"stream":"D","seq":1}
A> PUB s.1 _I.3 600
A> <repeat 600 x>
A< MSG _I.3 1 <number>
A< {"stream":"S","seq":1}
A> HPUB s.1 _I.4 28 628
A> NATS/1.0
A> Nats-Msg-Id: a
A> 
A> <repeat 600 x>
A< MSG _I.4 1 <number>
A< {"stream":"S","seq":2}
A> PUB s.1 _I.5 1
A> x
A< MSG _I.5 1 <number>
A< ~{"error":{"code":503,"err_code":10023,"description":"insufficient resources"},"stream":"S","seq":0}
A> PUB d.1 _I.6 1
A> x
A< MSG _I.6 1 <number>
A< ~{"error":{"code":503,"err_code":10023,"description":"insufficient resources"},"stream":"D","seq":0}
A> HPUB s.1 _I.7 28 29
A> NATS/1.0
A> Nats-Msg-Id: a
A> 
A> x
A< MSG _I.7 1 <number>
A< {"stream":"S","seq":2,"duplicate":<any>true}
A> PUB s.1 _I.8 901
A> <repeat 901 x>
A< MSG _I.8 1 <number>
A< ~{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"},"stream":"S","seq":0}
A> HPUB s.1 _I.9 44 45
A> NATS/1.0
A> Nats-Expected-Last-Sequence: 7
A> 
A> x
A< MSG _I.9 1 <number>
A< ~{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 2"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.PURGE.S _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> PUB s.1 _I.11 1
A> x
A< MSG _I.11 1 <number>
A< {"stream":"S","seq":3}

== a server whose memory is full refuses what it would have to store #442~ @error
conf:
  jetstream { store_dir: "<dir>/js", max_memory_store: 1000 }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 69
A> {"name":"S","subjects":["s.*"],"storage":"memory","max_msg_size":900}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"storage":"memory","max_msg_size":900}}
A> PUB $JS.API.STREAM.CREATE.D _I.1 79
A> {"name":"D","subjects":["d.*"],"storage":"memory","max_msgs":1,"discard":"new"}
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["d.*"],"storage":"memory","max_msgs":1,"discard":"new"}}
A> PUB d.1 _I.2 1
A> x
A< MSG _I.2 1 <number>
A< {"stream":"D","seq":1}
A> PUB s.1 _I.3 600
A> <repeat 600 x>
A< MSG _I.3 1 <number>
A< {"stream":"S","seq":1}
A> HPUB s.1 _I.4 28 628
A> NATS/1.0
A> Nats-Msg-Id: a
A> 
A> <repeat 600 x>
A< MSG _I.4 1 <number>
A< {"stream":"S","seq":2}
A> PUB s.1 _I.5 1
A> x
A< MSG _I.5 1 <number>
A< ~{"error":{"code":503,"err_code":10023,"description":"insufficient resources"},"stream":"S","seq":0}
A> PUB d.1 _I.6 1
A> x
A< MSG _I.6 1 <number>
A< ~{"error":{"code":503,"err_code":10023,"description":"insufficient resources"},"stream":"D","seq":0}
A> HPUB s.1 _I.7 28 29
A> NATS/1.0
A> Nats-Msg-Id: a
A> 
A> x
A< MSG _I.7 1 <number>
A< {"stream":"S","seq":2,"duplicate":<any>true}
A> PUB s.1 _I.8 901
A> <repeat 901 x>
A< MSG _I.8 1 <number>
A< ~{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"},"stream":"S","seq":0}
A> HPUB s.1 _I.9 44 45
A> NATS/1.0
A> Nats-Expected-Last-Sequence: 7
A> 
A> x
A< MSG _I.9 1 <number>
A< ~{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 2"},"stream":"S","seq":0}
A> PUB $JS.API.STREAM.PURGE.S _I.10 0
A> 
A< MSG _I.10 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_purge_response","success":true,"purged":2}
A> PUB s.1 _I.11 1
A> x
A< MSG _I.11 1 <number>
A< {"stream":"S","seq":3}

== a full account looks at a message's wishes first #442~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
  accounts { A { users: [{user: a, password: a}], jetstream { max_file: 1000 } } }
  no_auth_user: a
file only: limits of the disk
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 91
A> {"name":"S","subjects":["s.*"],"max_msg_size":900,"allow_atomic":true,"allow_batched":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"max_msg_size":900,"allow_atomic":true,"allow_batched":true}}
A> PUB s.1 _I.1 600
A> <repeat 600 x>
A< MSG _I.1 1 <number>
A< {"stream":"S","seq":1}
A> PUB s.1 _I.2 600
A> <repeat 600 x>
A< MSG _I.2 1 <number>
A< ~{"error":{"code":400,"err_code":10002,"description":"resource limits exceeded for account"},"stream":"S","seq":0}
A> PUB s.1 _I.3 901
A> <repeat 901 x>
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"},"stream":"S","seq":0}
A> HPUB s.1 _I.4 45 645
A> NATS/1.0
A> Nats-Expected-Last-Sequence: 77
A> 
A> <repeat 600 x>
A< MSG _I.4 1 <number>
A< ~{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 1"},"stream":"S","seq":0}
A> HPUB s.1 _I.5 26 626
A> NATS/1.0
A> Nats-TTL: 77
A> 
A> <repeat 600 x>
A< MSG _I.5 1 <number>
A< ~{"error":{"code":400,"err_code":10166,"description":"per-message TTL is disabled"},"stream":"S","seq":0}
A> HPUB s.1 _I.6 26 626
A> NATS/1.0
A> Nats-Incr: 1
A> 
A> <repeat 600 x>
A< MSG _I.6 1 <number>
A< ~{"error":{"code":400,"err_code":10168,"description":"message counters is disabled"},"stream":"S","seq":0}
A> HPUB s.1 _I.7 54 654
A> NATS/1.0
A> Nats-Batch-Id: u
A> Nats-Batch-Sequence: 1
A> 
A> <repeat 600 x>
A< MSG _I.7 1 <number>
A< ~{"error":{"code":400,"err_code":10002,"description":"resource limits exceeded for account"},"stream":"S","seq":0}
A> HPUB s.1 _I.8 54 654
A> NATS/1.0
A> Nats-Batch-Id: u
A> Nats-Batch-Sequence: 2
A> 
A> <repeat 600 x>
A< MSG _I.8 1 <number>
A< ~{"error":{"code":400,"err_code":10002,"description":"resource limits exceeded for account"},"stream":"S","seq":0}

== an operator bounds batches #362~ #363~ @error
conf:
  jetstream { store_dir: "<dir>/js", limits { batch { max_msgs: 2, max_inflight_per_stream: 2, timeout: 1s } } }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 72
A> {"name":"S","subjects":["s.*"],"allow_atomic":true,"allow_batched":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_atomic":true,"allow_batched":true}}
A> HPUB s.1 _I.1 54 55
A> NATS/1.0
A> Nats-Batch-Id: u
A> Nats-Batch-Sequence: 1
A> 
A> x
A< MSG _I.1 1 <number>
A< 
A> HPUB s.1 _I.2 54 55
A> NATS/1.0
A> Nats-Batch-Id: u
A> Nats-Batch-Sequence: 2
A> 
A> x
A< MSG _I.2 1 <number>
A< 
A> HPUB s.1 _I.3 54 55
A> NATS/1.0
A> Nats-Batch-Id: u
A> Nats-Batch-Sequence: 3
A> 
A> x
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10199,"description":"atomic publish batch is too large: 2"},"stream":"S","seq":0}
A> HPUB s.1 _I.4 76 77
A> NATS/1.0
A> Nats-Batch-Id: u
A> Nats-Batch-Sequence: 4
A> Nats-Batch-Commit: 1
A> 
A> x
A< MSG _I.4 1 <number>
A< ~{"error":{"code":400,"err_code":10199,"description":"atomic publish batch is too large: 2"},"stream":"S","seq":0}
A> HPUB s.1 _I.5 54 55
A> NATS/1.0
A> Nats-Batch-Id: v
A> Nats-Batch-Sequence: 1
A> 
A> x
A< MSG _I.5 1 <number>
A< 
A> HPUB s.1 _I.6 54 55
A> NATS/1.0
A> Nats-Batch-Id: w
A> Nats-Batch-Sequence: 1
A> 
A> x
A< MSG _I.6 1 <number>
A< 
A> HPUB s.1 _I.7 54 55
A> NATS/1.0
A> Nats-Batch-Id: y
A> Nats-Batch-Sequence: 1
A> 
A> x
A< MSG _I.7 1 <number>
A< ~{"error":{"code":429,"err_code":10210,"description":"atomic publish too many inflight"},"stream":"S","seq":0}
wait 1600
A> HPUB s.1 _I.8 54 55
A> NATS/1.0
A> Nats-Batch-Id: v
A> Nats-Batch-Sequence: 2
A> 
A> x
A< MSG _I.8 1 <number>
A< ~{"error":{"code":400,"err_code":10176,"description":"atomic publish batch is incomplete"},"stream":"S","seq":0}
A> HPUB s.1 _I.9 54 55
A> NATS/1.0
A> Nats-Batch-Id: y
A> Nats-Batch-Sequence: 1
A> 
A> x
A< MSG _I.9 1 <number>
A< 

== an operator bounds fast batches #363~ @error
conf:
  jetstream { store_dir: "<dir>/js", limits { batch { max_inflight_per_stream: 1 } } }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 52
A> {"name":"S","subjects":["s.*"],"allow_batched":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_batched":true}}
A> PUB s.1 _I.u.10.ok.1.0.$FI 1
A> x
A< MSG _I.u.10.ok.1.0.$FI 1 <number>
A< {"type":"ack","seq":0,"msgs":10}
A> PUB s.1 _I.v.10.ok.1.0.$FI 1
A> x
A< MSG _I.v.10.ok.1.0.$FI 1 <number>
A< ~{"error":{"code":429,"err_code":10211,"description":"batch publish too many inflight"},"stream":"S","seq":0}

== a counter whose subject has something else is broken #361~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.RESTORE.S _I.0 78
A> {"config":{"name":"S","subjects":["s.*"],"allow_msg_counter":true},"state":{}}
A< MSG _I.0 1 <number>
A< {<any>"deliver_subject":"$JS.SNAPSHOT.RESTORE.S.<id:word>"<any>
A> PUB $JS.SNAPSHOT.RESTORE.S.<id> _I.1 227
A> \xff\x06\x00\x00\x53\x32\x73\x54\x77\x4f\x01\xd5\x00\x00\x74\xbd\x8b\x85\x4e\x41\x54\x53\x41\x52\x43\x31\x0a\x80\x88\xe6\xe9\xc2\xaf\x85\xea\x31\x00\x00\x9b\x01\x73\x74\x61\x74\x65\x2e\x6a\x73\x6f\x6e\x7b\x22\x6d\x65\x73\x73\x61\x67\x65\x73\x22\x3a\x31\x2c\x22\x62\x79\x74\x65\x73\x22\x3a\x32\x36\x2c\x22\x66\x69\x72\x73\x74\x5f\x73\x65\x71\x22\x3a\x31\x2c\x22\x66\x69\x72\x73\x74\x5f\x74\x73\x22\x3a\x22\x32\x30\x32\x36\x2d\x31\x31\x2d\x32\x31\x54\x31\x31\x3a\x30\x36\x3a\x35\x33\x5a\x22\x2c\x22\x6c\x61\x73\x74\x5f\x73\x65\x71\x22\x3a\x31\x2c\x22\x6c\x61\x73\x74\x5f\x74\x73\x22\x3a\x22\x32\x30\x32\x36\x2d\x31\x31\x2d\x32\x31\x54\x31\x31\x3a\x30\x36\x3a\x35\x33\x5a\x22\x2c\x22\x6e\x75\x6d\x5f\x73\x75\x62\x6a\x65\x63\x74\x73\x22\x3a\x31\x2c\x22\x63\x6f\x6e\x73\x75\x6d\x65\x72\x5f\x63\x6f\x75\x6e\x74\x22\x3a\x30\x7d\x03\x80\x88\xe6\xe9\xc2\xaf\x85\xea\x31\x01\x00\x01\x73\x2e\x31\x78\x00\x00\x00\x00\x00
A< MSG _I.1 1 <any>0
A< 
A> PUB $JS.SNAPSHOT.RESTORE.S.<id> _I.2 0
A> 
A< MSG _I.2 1 <any>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","state":{"messages":1,"last_seq":1},"error":"<absent>"}
A> HPUB s.1 _I.3 26 26
A> NATS/1.0
A> Nats-Incr: 1
A> 
A> 
A< MSG _I.3 1 <number>
A< ~{"error":{"code":400,"err_code":10172,"description":"message counter is broken"},"stream":"S","seq":0}
A> HPUB s.2 _I.4 26 26
A> NATS/1.0
A> Nats-Incr: 1
A> 
A> 
A< MSG _I.4 1 <number>
A< ~{"stream":"S","seq":2,"val":"1"}

== blanks belong to a header's value behind it, and tabs everywhere #359~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 52
A> {"name":"S","subjects":["s.*"],"allow_msg_ttl":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"],"allow_msg_ttl":true}}
A> HPUB s.1 _I.1 27 28
A> NATS/1.0
A> Nats-TTL: 5s\s
A> 
A> x
A< MSG _I.1 1 <number>
A< ~{"error":{"code":400,"err_code":10165,"description":"invalid per-message TTL"},"stream":"S","seq":0}
A> HPUB s.1 _I.2 27 28
A> NATS/1.0
A> Nats-TTL: \t5s
A> 
A> x
A< MSG _I.2 1 <number>
A< ~{"error":{"code":400,"err_code":10165,"description":"invalid per-message TTL"},"stream":"S","seq":0}
A> HPUB s.1 _I.3 28 29
A> NATS/1.0
A> Nats-TTL: \s 5s
A> 
A> x
A< MSG _I.3 1 <number>
A< {"stream":"S","seq":1}
A> HPUB s.1 _I.4 29 30
A> NATS/1.0
A> Nats-Msg-Id: \ta
A> 
A> x
A< MSG _I.4 1 <number>
A< {"stream":"S","seq":2}
A> HPUB s.1 _I.5 28 29
A> NATS/1.0
A> Nats-Msg-Id: a
A> 
A> x
A< MSG _I.5 1 <number>
A< {"stream":"S","seq":3}
A> HPUB s.1 _I.6 29 30
A> NATS/1.0
A> Nats-Msg-Id: \sa
A> 
A> x
A< MSG _I.6 1 <number>
A< {"stream":"S","seq":3,"duplicate":<any>true}
A> HPUB s.1 _I.7 38 39
A> NATS/1.0
A> Nats-Expected-Stream: S\s
A> 
A> x
A< MSG _I.7 1 <number>
A< ~{"error":{"code":400,"err_code":10060,"description":"expected stream does not match"},"stream":"S","seq":0}

== a stream isn't sealed when it is made #330~ @error
conf:
  jetstream { store_dir: "<dir>/js" }
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 43
A> {"name":"S","subjects":["s"],"sealed":true}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","error":{"code":500,"err_code":10052,"description":"stream configuration for create can not be sealed"}}
A> PUB $JS.API.STREAM.INFO.S _I.1 0
A> 
A< MSG _I.1 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_info_response","error":{"code":404,"err_code":10059,"description":"stream not found"}}

== subjects by what looks like a wildcard #370~
conf:
  jetstream { store_dir: "<dir>/js" }
only ours: a wildcard is a whole token
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.>"]}}
A> PUB s.t1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< {"stream":"S","seq":1}
A> PUB s.t* _I.2 1
A> x
A< MSG _I.2 1 <number>
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.INFO.S _I.3 26
A> {"subjects_filter":"s.t*"}
A< MSG _I.3 1 <number>
A< ~{"state":{"subjects":{"s.t*":1}}}
A> PUB $JS.API.STREAM.INFO.S _I.4 25
A> {"subjects_filter":"s.*"}
A< MSG _I.4 1 <number>
A< ~{"state":{"subjects":{"s.t*":1,"s.t1":1}}}
A> PUB $JS.API.STREAM.PURGE.S _I.5 17
A> {"filter":"s.t*"}
A< MSG _I.5 1 <number>
A< ~{"success":true,"purged":1}

== subjects by what looks like a wildcard #370~
conf:
  jetstream { store_dir: "<dir>/js" }
only reference: a wildcard is a whole token
file only: in memory it looks at whole tokens, too
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.>"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.>"]}}
A> PUB s.t1 _I.1 1
A> x
A< MSG _I.1 1 <number>
A< {"stream":"S","seq":1}
A> PUB s.t* _I.2 1
A> x
A< MSG _I.2 1 <number>
A< {"stream":"S","seq":2}
A> PUB $JS.API.STREAM.INFO.S _I.3 26
A> {"subjects_filter":"s.t*"}
A< MSG _I.3 1 <number>
A< ~{"state":{"subjects":{"s.t*":1,"s.t1":1}}}
A> PUB $JS.API.STREAM.INFO.S _I.4 25
A> {"subjects_filter":"s.*"}
A< MSG _I.4 1 <number>
A< ~{"state":{"subjects":{"s.t*":1,"s.t1":1}}}
A> PUB $JS.API.STREAM.PURGE.S _I.5 17
A> {"filter":"s.t*"}
A< MSG _I.5 1 <number>
A< ~{"success":true,"purged":1}

== more than the server can take at once #442~ @error
conf:
  jetstream { store_dir: "<dir>/js", max_buffered_msgs: 1 }
only reference: it refuses what its queue has no room for
A> CONNECT {"verbose":false,"headers":true,"no_responders":true}
A> SUB _I.> 1
A> PUB $JS.API.STREAM.CREATE.S _I.0 31
A> {"name":"S","subjects":["s.*"]}
A< MSG _I.0 1 <number>
A< ~{"type":"io.nats.jetstream.api.v1.stream_create_response","did_create":true,"config":{"subjects":["s.*"]}}
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A> PUB s.1 _I.p 1
A> x
A: skip to NATS/1.0 429 Too Many Requests
A< 
A< 
A< ~{"error":{"code":429,"err_code":10167,"description":"too many requests"},"stream":"S","seq":0}
A: close
