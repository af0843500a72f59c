# The fields of CONNECT.

== defaults of absent fields: verbose, pedantic and echo are on #46 @error
A> CONNECT {}
A< +OK
A> SUB foo 1
A< +OK
A> PUB foo.* 0
A> 
A< -ERR 'Invalid Publish Subject'
A< +OK
A> PUB foo 2
A> ok
A< +OK
A< MSG foo 1 2
A< ok

== a wrong type of a field closes without a word #46 @error
A> CONNECT {"verbose":"yes"}
A: closed

== unknown fields are ignored #46
A> CONNECT {"verbose":false,"unheard_of":[1,{"x":null}]}
A: sync

== keys of CONNECT in any case #46
A> CONNECT {"Verbose":false}
A: sync

== user and password #47 #179~
conf:
  authorization { user: derek, password: porkchop }
A> CONNECT {"verbose":false,"user":"derek","pass":"porkchop"}
A: sync

== a wrong password #47 #80 @error
conf:
  authorization { user: derek, password: porkchop }
A> CONNECT {"verbose":false,"user":"derek","pass":"lambchop"}
A< -ERR 'Authorization Violation'
A: closed

== a token #47 #178~
conf:
  authorization { token: s3cret }
A> CONNECT {"verbose":false,"auth_token":"s3cret"}
A: sync

== a wrong token #47 #80 @error
conf:
  authorization { token: s3cret }
A> CONNECT {"verbose":false,"auth_token":"secret"}
A< -ERR 'Authorization Violation'
A: closed

== an nkey signs the nonce #48 #180~
conf:
  authorization { users = [ {nkey: <nkey alice>} ] }
A: raw
A< INFO ~{"nonce":"<any>"}
A> CONNECT {"verbose":false,"nkey":"<nkey alice>","sig":"<sign alice>"}
A> PING
A< PONG

== a signature of somebody else's #48 #80 #180 @error
conf:
  authorization { users = [ {nkey: <nkey alice>} ] }
A: raw
A< INFO ~{"nonce":"<any>"}
A> CONNECT {"verbose":false,"nkey":"<nkey alice>","sig":"<sign bob>"}
A< -ERR 'Authorization Violation'
A: closed

== no signature at all #48 #80 @error
conf:
  authorization { users = [ {nkey: <nkey alice>} ] }
A> CONNECT {"verbose":false,"nkey":"<nkey alice>"}
A< -ERR 'Authorization Violation'
A: closed

== a signature that isn't base64 #48 #80 @error
conf:
  authorization { users = [ {nkey: <nkey alice>} ] }
A> CONNECT {"verbose":false,"nkey":"<nkey alice>","sig":"???"}
A< -ERR 'Authorization Violation'
A: closed

== name, language and version show up in the monitoring #49
A> CONNECT {"verbose":false,"name":"my app","lang":"rust","version":"9.8.7"}
A: sync
http /connz 200 {"num_connections":1,"connections":[{"name":"my app","lang":"rust","version":"9.8.7","kind":"Client","type":"nats"}]}

== protocol 2 doesn't exist #50 @error
A> CONNECT {"verbose":false,"protocol":2}
A< -ERR 'invalid client protocol'
A: closed

== a negative protocol #50 @error
A> CONNECT {"verbose":false,"protocol":-1}
A< -ERR 'invalid client protocol'
A: closed

== no_responders needs headers #51 #99~ @error
A> CONNECT {"verbose":false,"no_responders":true}
A< -ERR 'no responders requires headers support'
A: closed

== tls_required is only information #52
A> CONNECT {"verbose":false,"tls_required":true}
A: sync

== an account by name isn't given #53 @error
A> CONNECT {"verbose":false,"account":"SOME"}
A< -ERR '<any>'
A: closed

== import and export mean nothing for clients #54
A> CONNECT {"verbose":false,"import":{"allow":["x"]},"export":{"deny":["y"]}}
A> SUB foo 1
A> PUB foo 0
A> 
A< MSG foo 1 0
A< 

== a proxy's signature without proxies changes nothing #55~
A> CONNECT {"verbose":false,"proxy_sig":"abc"}
A: sync
