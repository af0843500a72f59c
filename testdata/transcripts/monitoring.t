# The monitoring pages of a single server.

== the index page #477
http / 200 ./connz
  http header content-type: text/html
http / 200 ./varz

== /varz: who #478~
conf:
  server_name: one
  server_tags: ["Az:1"]
  server_metadata { site: lab }
http /varz 200
  {"server_id":"N<any>","server_name":"one","version":"2.15.1","proto":1,"go":"<string>","host":"127.0.0.1","port":"<port>",
  "tags":["az:1"],"metadata":{"site":"lab"},"start":"<string>","now":"<string>","uptime":"<string>","system_account":"$SYS"}

== /varz: configuration #478
conf:
  max_payload: 2048
  max_connections: 77
  max_pending: 1MB
  max_control_line: 2048
  max_subscriptions: 9
  ping_interval: "30s"
  ping_max: 5
  write_deadline: "3s"
  authorization { user: u, password: p, timeout: 4 }
http /varz 200
  {"max_payload":2048,"max_connections":77,"max_pending":1048576,"max_control_line":2048,"max_subscriptions":9,"ping_interval":30000000000,"ping_max":5,
  "write_deadline":3000000000,"auth_required":true,"auth_timeout":4,"config_load_time":"<string>","config_digest":"sha256:<word>"}

== /varz: what exporters read #505
http /varz 200
  {"mem":"<positive>","cpu":"<number>","cores":"<positive>","gomaxprocs":"<positive>","connections":0,"total_connections":0,"routes":0,"remotes":0,
  "leafnodes":0,"in_msgs":0,"out_msgs":0,"in_bytes":0,"out_bytes":0,"slow_consumers":0,"subscriptions":"<number>","http_req_stats":{},
  "cluster":{},"gateway":{},"leaf":{},"mqtt":{},"websocket":{},"jetstream":{}}

== /varz: counters of messages and bytes #478 #503~
A> SUB foo 1
A> PUB foo 5
A> hello
A> PUB nobody 3
A> abc
A< MSG foo 1 5
A< hello
A: sync
http /varz 200 {"in_msgs":2,"in_bytes":8,"out_msgs":1,"out_bytes":5,"connections":1,"total_connections":1}

== /varz: client counters #503
A> SUB foo 1
A> PUB foo 5
A> hello
A< MSG foo 1 5
A< hello
A: sync
http /varz 200 {"in_client_msgs":1,"in_client_bytes":5,"out_client_msgs":1,"out_client_bytes":5}

== /varz: additions of 2.12 #501 #580
http /varz 200 {"stale_connections":0,"stalled_clients":0,"gomaxprocs":"<positive>","stale_connection_stats":{},"slow_consumer_stats":{"clients":0,"routes":0,"gateways":0,"leafs":0}}

== /varz: slow and stale counters by kind #582
http /varz 200 {"slow_consumer_stats":{"clients":0,"routes":0,"gateways":0,"leafs":0},"stale_connection_stats":{"clients":0,"routes":0,"gateways":0,"leafs":0}}

== /varz is indented by two blanks #496
http /varz 200 <any>  "server_id": "N
  http header content-type: application/json

== /varz counts requests per path #498
http /varz 200 {"http_req_stats":{"/varz":"<positive>"}}
http / 200
http /connz 200 {}
http /varz 200 {"http_req_stats":{"/":1,"/connz":1,"/varz":"<positive>"}}

== CORS is open #495
http /varz 200
  http header access-control-allow-origin: *

== callback= is ignored #494
http /varz?callback=foo 200 {"version":"2.15.1"}

== a page that doesn't exist #497 @error
http /nothing 404

== /connz without clients #479
http /connz 200 {"server_id":"N<any>","now":"<string>","num_connections":0,"total":0,"offset":0,"limit":1024,"connections":[]}

== /connz: a client #479
A> CONNECT {"verbose":false,"name":"n","lang":"l","version":"1"}
A> SUB foo 1
A> PUB foo 5
A> hello
A< MSG foo 1 5
A< hello
A: sync
http /connz 200
  {"num_connections":1,"total":1,"connections":[{"cid":"<positive>","kind":"Client","type":"nats","ip":"127.0.0.1","port":"<positive>","start":"<string>",
  "last_activity":"<string>","rtt":"<string>","uptime":"<string>","idle":"<string>","pending_bytes":0,"in_msgs":1,"out_msgs":1,"in_bytes":5,"out_bytes":5,
  "subscriptions":1,"name":"n","lang":"l","version":"1","subscriptions_list":"<absent>","authorized_user":"<absent>"}]}

== /connz: subscriptions #479
A> SUB foo 1
A> SUB bar q 2
A: sync
http /connz?subs=1 200 {"connections":[{"subscriptions":2,"subscriptions_list":["<some>","foo","bar"],"subscriptions_list_detail":"<absent>"}]}
http /connz?subs=detail 200 {"connections":[{"subscriptions_list_detail":["<some>",{"subject":"bar","qgroup":"q","sid":"2","msgs":0,"cid":"<positive>"}]}]}

== /connz: pages #479
A: sync
B: sync
C: sync
http /connz?limit=2 200 {"num_connections":2,"total":3,"limit":2,"offset":0}
http /connz?limit=2&offset=2 200 {"num_connections":1,"total":3,"limit":2,"offset":2}
http /connz?offset=9 200 {"num_connections":0,"total":3,"offset":9}

== /connz: one connection #479
A: raw
A< INFO ~{"client_id":"<cid:number>"}
A> CONNECT {"verbose":false,"name":"me"}
A> PING
A< PONG
B: sync
http /connz?cid=<cid> 200 {"num_connections":1,"connections":[{"name":"me"}]}

== /connz: a connection that doesn't exist #479
http /connz?cid=4711 200 {"num_connections":0}

== /connz: open, closed and all #479
A: sync
A: close
B: sync
http /connz 200 {"num_connections":1,"connections":[{"stop":"<absent>","reason":"<absent>"}]}
http /connz?state=closed 200 {"num_connections":1,"connections":[{"stop":"<string>","reason":"Client Closed"}]}
http /connz?state=any 200 {"num_connections":2}
http /connz?state=all 200 {"num_connections":2}

== /connz: by user and account #479
conf:
  accounts { A { users = [{user: a, password: a}] }, B { users = [{user: b, password: b}] } }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A: sync
B> CONNECT {"verbose":false,"user":"b","pass":"b"}
B: sync
http /connz?auth=1&user=a 200 {"num_connections":1,"connections":[{"authorized_user":"a","account":"A"}]}
http /connz?auth=1&acc=B 200 {"num_connections":1,"connections":[{"authorized_user":"b","account":"B"}]}

== /connz: sorted by subscriptions and by messages #480
A> CONNECT {"verbose":false,"name":"few"}
A> SUB a 1
A: sync
B> CONNECT {"verbose":false,"name":"many"}
B> SUB b 1
B> SUB c 2
B> PUB x 9
B> 123456789
B: sync
http /connz?sort=subs 200 {"connections":[{"name":"many"},{"name":"few"}]}
http /connz?sort=cid 200 {"connections":[{"name":"few"},{"name":"many"}]}
http /connz?sort=msgs_from 200 {"connections":[{"name":"many"},{"name":"few"}]}
http /connz?sort=bytes_from 200 {"connections":[{"name":"many"},{"name":"few"}]}
http /connz?sort=start 200 {"connections":[{"name":"few"},{"name":"many"}]}

== /connz: every sort key is known #480
A: sync
http /connz?sort=pending 200
http /connz?sort=msgs_to 200
http /connz?sort=bytes_to 200
http /connz?sort=last 200
http /connz?sort=idle 200
http /connz?sort=uptime 200
http /connz?sort=rtt 200
http /connz?state=closed&sort=stop 200
http /connz?state=closed&sort=reason 200

== /connz: an unknown sort key #480 #497 @error
http /connz?sort=beauty 400 <any>beauty

== /connz: stop sorts closed connections only #480 #497 @error
http /connz?sort=stop 400 <any>
http /connz?sort=reason 400 <any>

== bad numbers and flags are refused #497 @error
http /connz?limit=x 400 <any>
http /connz?offset=x 400 <any>
http /connz?auth=maybe 400 <any>
http /connz?cid=x 400 <any>
http /connz?state=sleepy 400 <any>
http /subsz?subs=perhaps 400 <any>

== /routez, /gatewayz and /leafz without peers #481~ #482~ #483~
http /routez 200 {"server_id":"N<any>","num_routes":0,"routes":[]}
http /gatewayz 200 {"server_id":"N<any>","now":"<string>","outbound_gateways":{},"inbound_gateways":{}}
http /leafz 200 {"server_id":"N<any>","leafnodes":0,"leafs":[]}

== /subsz counts #484
A> SUB a.b 1
A> SUB a.* 2
A: sync
http /subsz 200 {"server_id":"N<any>","num_subscriptions":"<positive>","num_cache":"<number>","num_inserts":"<positive>","num_removes":"<number>","num_matches":"<number>","cache_hit_rate":"<number>","max_fanout":"<number>","avg_fanout":"<number>","total":"<number>","offset":0,"limit":1024}

== /subsz with details #484
A> SUB a.b 1
A: sync
http /subsz?subs=1&acc=$G 200 {"subscriptions_list":["<some>",{"subject":"a.b","sid":"1","msgs":0,"cid":"<positive>","account":"$G"}]}
http /subscriptionsz?subs=1&acc=$G 200 {"subscriptions_list":["<some>",{"subject":"a.b"}]}

== /subsz: which subscriptions a subject meets #484
A> SUB a.* 1
A> SUB b.* 2
A: sync
http /subsz?subs=1&test=a.x 200 {"total":1,"subscriptions_list":[{"subject":"a.*"}]}
http /subsz?subs=1&test=c.x 200 {"total":0}

== /subsz: pages #484
A> SUB a 1
A> SUB b 2
A> SUB c 3
A: sync
http /subsz?subs=1&acc=$G&limit=2 200 {"limit":2,"subscriptions_list":["<any>","<any>"]}

== /subsz: a subject that can't be one #484 #497 @error
http /subsz?subs=1&test=a..b 400 <any>

== /accountz: the list #485
http /accountz 200 {"server_id":"N<any>","now":"<string>","system_account":"$SYS","accounts":["<some>","$G","$SYS"]}

== /accountz: one account #485
A> SUB foo 1
A: sync
http /accountz?acc=$G 200 {"account_detail":{"account_name":"$G","is_system":"<absent>","expired":false,"complete":true,"client_connections":1,"leafnode_connections":0,"subscriptions":"<positive>"}}

== /accstatz #486
A> SUB foo 1
A> PUB foo 5
A> hello
A< MSG foo 1 5
A< hello
A: sync
http /accstatz 200 {"account_statz":["<some>",{"acc":"$G","conns":1,"leafnodes":0,"total_conns":1,"num_subscriptions":"<positive>","sent":{"msgs":1,"bytes":5},"received":{"msgs":1,"bytes":5},"slow_consumers":0}]}

== /healthz #488~ #489~
http /healthz 200 {"status":"ok","error":"<absent>"}
http /healthz?js-enabled-only=true 200 {"status":"ok"}
http /healthz?js-server-only=true 200 {"status":"ok"}

== /healthz: a bad flag #497 @error
http /healthz?js-enabled-only=perhaps 400 <any>

== /jsz without JetStream #487~
http /jsz 200 {"disabled":true}

== http_base_path #500 @error
conf:
  http_base_path: /nats
http /nats/varz 200 {"version":"2.15.1","http_base_path":"/nats"}
http /nats/connz 200 {"num_connections":0}
http /varz 404

== monitoring by the command line #541~
no conf
args: -a 127.0.0.1 -p <port> -m <http>
http /varz 200 {"http_port":"<http>","port":"<port>"}

== HEAD and POST #477~
http HEAD /varz 200
http POST /varz 200

== max_closed_clients #479~
conf:
  max_closed_clients: 1
A: sync
A: close
B: sync
B: close
http /connz 200 {"num_connections":0}
http /connz?state=closed 200 {"num_connections":1,"total":1}

== /varz: additions of 2.14 #502~
conf:
  write_timeout: close
http /varz 200 {"write_timeout":"close"}

== /raftz without JetStream #491~
http /raftz 404

== /varz says which Midge it is #478~
only ours: /varz adds midge_version
http /varz 200 {"version":"2.15.1","midge_version":"<string>"}

== /varz has no field of ours at the reference #478~
only reference: /varz adds midge_version
http /varz 200 {"midge_version":"<absent>"}
