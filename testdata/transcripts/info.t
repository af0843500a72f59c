# What INFO says about a single server.

== who the server is #24 #25 #26 #27 #28 #36
A: raw
A< INFO ~{"server_id":"N<any>","server_name":"N<any>","version":"2.15.1","proto":1,"git_commit":"<string>","go":"<string>","client_id":"<positive>","client_ip":"127.0.0.1"}

== the server's name can be set #25
conf:
  server_name: midge-1
A: raw
A< INFO ~{"server_id":"N<any>","server_name":"midge-1"}

== where it listens #29
A: raw
A< INFO ~{"host":"127.0.0.1","port":"<port>"}

== headers, the payload limit and the key #30~ #31~ #42 #43
A: raw
A< INFO ~{"headers":true,"max_payload":1048576,"xkey":"X<any>","api_lvl":5}

== fields that a plain server doesn't show #32~ #33~ #34~ #35~ #37~ #38~ #39~ #40~ #41 #44~
A: raw
A< INFO ~{"auth_required":"<absent>","tls_required":"<absent>","tls_verify":"<absent>","tls_available":"<absent>","nonce":"<absent>","jetstream":"<absent>","cluster":"<absent>","cluster_dynamic":"<absent>","domain":"<absent>","connect_urls":"<absent>","ws_connect_urls":"<absent>","ldm":"<absent>","ip":"<absent>","connect_info":"<absent>","remote_account":"<absent>","acc_is_sys":"<absent>"}

== no_header_support #30
conf:
  no_header_support: true
A: raw
A< INFO ~{"headers":"<any>"}

== max_payload can be set #31
conf:
  max_payload: 4KB
A: raw
A< INFO ~{"max_payload":4096}

== auth_required with a token #32
conf:
  authorization { token: secret }
A: raw
A< INFO ~{"auth_required":true,"nonce":"<absent>"}

== auth_required is silent when there is a user for anonymous clients #32
conf:
  authorization { users = [ {user: anon, password: x} ] }
  no_auth_user: anon
A: raw
A< INFO ~{"auth_required":"<absent>"}

== a nonce when there are nkeys #34
conf:
  authorization { users = [ {nkey: <nkey alice>} ] }
A: raw
A< INFO ~{"auth_required":true,"nonce":"<first:any>"}
B: raw
B< INFO ~{"nonce":"<second:any>"}

== client ids count up #36
A: raw
A< INFO ~{"client_id":"<a:number>"}
B: raw
B< INFO ~{"client_id":"<b:number>"}
http /varz 200 {"total_connections":2}

== client_advertise is in connect_urls, the own address isn't #39 #115~
conf:
  client_advertise: "nats.example.test:5222"
A> CONNECT {"verbose":false,"protocol":1}
A: sync
A< INFO ~{"host":"nats.example.test","port":5222,"connect_urls":"<absent>"}

== lame duck mode is announced #40 #112~
conf:
  lame_duck_duration: "30s"
  lame_duck_grace_period: "0s"
A> CONNECT {"verbose":false,"protocol":1}
A: sync
A< INFO ~{"connect_info":true,"ldm":"<absent>"}
signal USR2
A< INFO ~{"ldm":true}
log Entering lame duck mode
