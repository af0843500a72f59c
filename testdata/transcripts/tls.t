# TLS on the client port.

== INFO in clear, then the handshake #216 #33~
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key" }
A: tls
A> CONNECT {"verbose":false}
A> SUB foo 1
A> PUB foo 2
A> ok
A< MSG foo 1 2
A< ok
B: raw
B< INFO ~{"tls_required":true,"tls_verify":"<absent>","tls_available":"<absent>"}
B: close

== the first bytes within TLS may be many #216
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key" }
A: tls
A> SUB foo 1
A> PUB foo 100000
A> <repeat 100000 y>
A< MSG foo 1 100000
A< <repeat 100000 y>

== plain text is refused where TLS is required #216 #95 @error
conf:
  debug: true
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key" }
A: raw
A< INFO ~{"tls_required":true}
A> PING
A: closed
log TLS handshake error: 

== the handshake may come before INFO #217
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", handshake_first: true }
A: raw
A: silent 150
A: close
B: tls first
B> SUB foo 1
B> PUB foo 0
B> 
B< MSG foo 1 0
B< 

== handshake first with a pause: INFO comes when no handshake did #217
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", handshake_first: "100ms" }
A: tls first
A: sync
B: raw
B: silent 50
B< INFO ~{"tls_required":true}
B: close
C: tls
C: sync

== handshake first, auto #217
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", handshake_first: auto }
A: tls first
A: sync
B: tls
B: sync

== TLS and plain on one port #218 #33
conf:
  allow_non_tls: true
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key" }
A: raw
A< INFO ~{"tls_required":"<absent>","tls_available":true}
A> CONNECT {"verbose":false}
A> SUB foo 1
A> PING
A< PONG
B: tls
B> PUB foo 0
B> 
A< MSG foo 1 0
A< 

== TLS 1.2 is enough #219
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key" }
A: tls old
A: sync

== not when min_version says 1.3 #219 @error
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", min_version: "1.3" }
A: tls old fails
B: tls
B: sync

== a min_version below 1.2 is refused #219~ @error
no server
file: x.conf
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", min_version: "1.1" }
run -t -c <dir>/x.conf
  exit 1
  says <any>

== cipher suites by their names #220~
only reference: the TLS library chooses the suite
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", cipher_suites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"], curve_preferences: ["X25519"] }
A: tls old
A: sync
http /connz 200 {"connections":[{"tls_version":"1.2","tls_cipher_suite":"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"}]}

== an unknown cipher suite is refused #220~ @error
no server
file: x.conf
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", cipher_suites: ["TLS_OF_MY_OWN"] }
run -t -c <dir>/x.conf
  exit 1
  says unrecognized cipher TLS_OF_MY_OWN

== verify: a client certificate is needed #221 #33~
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", ca_file: "<certs>/ca.pem", verify: true }
A: raw
A< INFO ~{"tls_required":true,"tls_verify":true}
A: close
B: tls cert=client
B: sync

== verify: no certificate #221 @error
conf:
  debug: true
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", ca_file: "<certs>/ca.pem", verify: true }
A: tls raw
A: skip to } \r\n
A: closed
log TLS handshake error: 

== verify: a certificate of another authority #221 @error
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", ca_file: "<certs>/ca.pem", verify: true }
A: tls raw cert=rogue
A: skip to } \r\n
A: closed

== verify: an expired certificate #221 @error
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", ca_file: "<certs>/ca.pem", verify: true }
A: tls raw cert=expired
A: skip to } \r\n
A: closed

== verify_and_map: by e-mail address #188 #221 @error
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", ca_file: "<certs>/ca.pem", verify_and_map: true }
  authorization { users = [ {user: "user@midge.test", permissions { publish: "mail" }} ] }
A: tls cert=email
A> PUB dns 0
A> 
A< -ERR 'Permissions Violation for Publish to "dns"'
A> PUB mail 0
A> 
A: sync

== verify_and_map: by DNS name #188
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", ca_file: "<certs>/ca.pem", verify_and_map: true }
  authorization { users = [ {user: "client.midge.test"} ] }
A: tls cert=dns
A: sync

== verify_and_map: by URI #188
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", ca_file: "<certs>/ca.pem", verify_and_map: true }
  authorization { users = [ {user: "spiffe://midge.test/user"} ] }
A: tls cert=uri
A: sync

== verify_and_map: by distinguished name #188
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", ca_file: "<certs>/ca.pem", verify_and_map: true }
  authorization { users = [ {user: "CN=client,O=Midge"} ] }
A: tls cert=client
A: sync

== verify_and_map: nobody of that name #188 #80 @error
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", ca_file: "<certs>/ca.pem", verify_and_map: true }
  authorization { users = [ {user: "someone.else"} ] }
A: tls cert=dns
A> CONNECT {"verbose":false}
A< -ERR 'Authorization Violation'
A: closed

== a user mapped from a certificate has no password #189 @error
conf:
  allow_non_tls: true
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", ca_file: "<certs>/ca.pem", verify_and_map: true }
  authorization { users = [ {user: "client.midge.test"} ] }
A> CONNECT {"verbose":false,"user":"client.midge.test","pass":""}
A< -ERR 'Authorization Violation'
A: closed

== a handshake that never comes #225 @error
conf:
  debug: true
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", timeout: 0.2 }
A: raw
A< INFO <any>
A: closed
log [DBG] <any> TLS handshake <timeout|error>

== certificates are read again by a reload #226 @error
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key" }
A: tls
A: sync
reload:
  tls { cert_file: "<certs>/server2.pem", key_file: "<certs>/server2.key" }
A: sync
B: tls ca=ca2
B: sync
C: tls fails

== a certificate that isn't there is refused #216~ @error
no server
file: x.conf
  tls { cert_file: "<dir>/nothing.pem", key_file: "<certs>/server.key" }
run -t -c <dir>/x.conf
  exit 1
  says <any>

== a certificate without a key is refused #216~ @error
no server
file: x.conf
  tls { cert_file: "<certs>/server.pem" }
run -t -c <dir>/x.conf
  exit 1
  says <any>

== TLS facts in /connz #232~
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", ca_file: "<certs>/ca.pem", verify: true }
A: tls cert=client
A: sync
http /connz 200 {"connections":[{"tls_version":"1.3","tls_cipher_suite":"TLS_<any>"}]}
http /connz?auth=1 200 {"connections":[{"tls_peer_certs":[{"subject":"<string>","spki_sha256":"<string>","cert_sha256":"<string>"}]}]}

== tls_first in /connz #232
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", handshake_first: true }
A: tls first
A: sync
http /connz 200 {"connections":[{"tls_first":true,"tls_version":"1.3"}]}

== TLS facts in /varz #227 #478~
conf:
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key", timeout: 3 }
http /varz 200 {"tls_required":true,"tls_timeout":3,"tls_cert_not_after":"<string>"}

== monitoring by HTTPS #499
conf:
  https: "127.0.0.1:<http>"
  tls { cert_file: "<certs>/server.pem", key_file: "<certs>/server.key" }
http /varz 200 {"version":"2.15.1","https_port":"<number>"}
  http tls

== TLS by the command line #549
args: --tls --tlscert <certs>/server.pem --tlskey <certs>/server.key
A: tls
A: sync

== client certificates by the command line #549 @error
args: --tlsverify --tlscert <certs>/server.pem --tlskey <certs>/server.key --tlscacert <certs>/ca.pem
A: tls cert=client
A: sync
B: tls raw
B: skip to } \r\n
B: closed
