# Who may connect, and what he may do then.

== no_auth_user: the anonymous are somebody #177 @error
conf:
  accounts { A { users = [ {user: anon, password: x, permissions { publish: "pub.>" }} ] } }
  no_auth_user: anon
A> CONNECT {"verbose":false}
A> PUB foo 0
A> 
A< -ERR 'Permissions Violation for Publish to "foo"'
A> PUB pub.foo 0
A> 
A: sync

== no_auth_user works without CONNECT #177 #3~
conf:
  authorization { users = [ {user: anon, password: x} ] }
  no_auth_user: anon
A: raw
A< INFO <any>
A> PING
A< PONG
A> SUB foo 1
A> PUB foo 0
A> 
A< +OK
A< +OK
A< MSG foo 1 0
A< 

== with no_auth_user a wrong password is still wrong #177 #80 @error
conf:
  authorization { users = [ {user: anon, password: x} ] }
  no_auth_user: anon
A> CONNECT {"verbose":false,"user":"anon","pass":"y"}
A< -ERR 'Authorization Violation'
A: closed

== no_auth_user must exist #177~ @error
no server
file: x.conf
  authorization { users = [ {user: a, password: x} ] }
  no_auth_user: nobody
run -c <dir>/x.conf
  exit 1
  says no_auth_user: "nobody" not present

== a token in bcrypt #178
conf:
  authorization { token: "$2a$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG" }
A> CONNECT {"verbose":false,"auth_token":"s3cret"}
A: sync

== a wrong token against bcrypt #178 #80 @error
conf:
  authorization { token: "$2a$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG" }
A> CONNECT {"verbose":false,"auth_token":"$2a$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG"}
A< -ERR 'Authorization Violation'
A: closed

== a password in bcrypt, unquoted #179 #519 @error
conf:
  authorization { user: derek, password: $2a$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG }
A> CONNECT {"verbose":false,"user":"derek","pass":"s3cret"}
A: sync
B> CONNECT {"verbose":false,"user":"derek","pass":"S3cret"}
B< -ERR 'Authorization Violation'
B: closed

== bcrypt with 2b and 2y #179~
conf:
  authorization { users = [ {user: b, password: "$2b$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG"}, {user: y, password: "$2y$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG"} ] }
A> CONNECT {"verbose":false,"user":"b","pass":"s3cret"}
A: sync
B> CONNECT {"verbose":false,"user":"y","pass":"s3cret"}
B: sync

== several users #179 @error
conf:
  authorization { users = [ {user: a, password: pa}, {user: b, password: pb} ] }
A> CONNECT {"verbose":false,"user":"a","pass":"pa"}
A: sync
B> CONNECT {"verbose":false,"user":"b","pass":"pb"}
B: sync
C> CONNECT {"verbose":false,"user":"a","pass":"pb"}
C< -ERR 'Authorization Violation'
C: closed

== an unknown user #179 #80 @error
conf:
  authorization { users = [ {user: a, password: pa} ] }
A> CONNECT {"verbose":false,"user":"nobody","pass":"pa"}
A< -ERR 'Authorization Violation'
A: closed

== users and a token together are refused #179~ @error
no server
file: x.conf
  authorization { token: x, users = [ {user: a, password: pa} ] }
run -t -c <dir>/x.conf
  exit 1
  says Can not have a token

== the same user twice is refused #179~ @error
no server
file: x.conf
  authorization { users = [ {user: a, password: pa}, {user: a, password: pb} ] }
run -t -c <dir>/x.conf
  exit 1
  says <any>

== an nkey user, the signature in base64 of either kind #180 #48
conf:
  authorization { users = [ {nkey: <nkey alice>} ] }
A: raw
A< INFO ~{"auth_required":true,"nonce":"<string>"}
A> CONNECT {"verbose":false,"nkey":"<nkey alice>","sig":"<sign alice>"}
A> PING
A< PONG

== a nonce is good for its own connection only #180 @error
conf:
  authorization { users = [ {nkey: <nkey alice>} ] }
A: raw
A< INFO ~{"nonce":"<nonce:any>"}
B: raw
B< INFO <any>
B> CONNECT {"verbose":false,"nkey":"<nkey alice>","sig":"AAAA"}
B< -ERR 'Authorization Violation'
B: closed
A: close

== an nkey that isn't one is refused #180~ @error
no server
file: x.conf
  authorization { users = [ {nkey: UABC} ] }
run -t -c <dir>/x.conf
  exit 1
  says Not a valid public nkey for a user

== users and nkeys in one list #181
conf:
  authorization { users = [ {user: a, password: pa}, {nkey: <nkey alice>} ] }
A: raw
A< INFO ~{"nonce":"<any>"}
A> CONNECT {"verbose":false,"nkey":"<nkey alice>","sig":"<sign alice>"}
A> PING
A< PONG
B> CONNECT {"verbose":false,"user":"a","pass":"pa"}
B: sync

== plain passwords are warned of #182
conf:
  authorization { user: a, password: pa }
log [WRN] Plaintext passwords detected, use nkeys or bcrypt

== bcrypt passwords aren't warned of #182
conf:
  authorization { user: a, password: "$2a$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG" }
A> CONNECT {"verbose":false,"user":"a","pass":"s3cret"}
A: sync
no log Plaintext passwords

== publish: deny wins over allow #183 @error
conf:
  authorization { users = [ {user: u, password: p, permissions { publish { allow: "a.>", deny: "a.secret" } }} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> PUB a.open 0
A> 
A> PUB a.secret 0
A> 
A< -ERR 'Permissions Violation for Publish to "a.secret"'
A> PUB b 0
A> 
A< -ERR 'Permissions Violation for Publish to "b"'
A: sync

== publish: deny alone allows the rest #183 @error
conf:
  authorization { users = [ {user: u, password: p, permissions { publish { deny: ["x.*", "y"] } }} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> PUB x.a 0
A> 
A< -ERR 'Permissions Violation for Publish to "x.a"'
A> PUB x 0
A> 
A: sync

== publish: an empty list allows nothing #183~
conf:
  authorization { users = [ {user: u, password: p, permissions { publish: [], subscribe: ">" }} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> PUB x 0
A> 
A: sync

== a refused publish isn't delivered #183 #84 @error
conf:
  authorization { users = [ {user: u, password: p, permissions { publish: "a" }}, {user: v, password: p} ] }
B> CONNECT {"verbose":false,"user":"v","pass":"p"}
B> SUB > 1
B: sync
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> PUB b 1
A> x
A< -ERR 'Permissions Violation for Publish to "b"'
A> PUB a 1
A> y
A: sync
B< MSG a 1 1
B< y

== verbose: a refused publish is an error and no OK #183 #10~ @error
conf:
  authorization { users = [ {user: u, password: p, permissions { publish: "a" }} ] }
A> CONNECT {"verbose":true,"user":"u","pass":"p"}
A< +OK
A> PUB b 0
A> 
A> PUB a 0
A> 
A< -ERR 'Permissions Violation for Publish to "b"'
A< +OK
A> PING
A< PONG

== subscribe: queue names in permissions #184 @error
conf:
  authorization { users = [ {user: u, password: p, permissions { subscribe: ["foo q1", "bar *.dev", "baz"] }} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> SUB foo 1
A< -ERR 'Permissions Violation for Subscription to "foo"'
A> SUB foo q2 2
A< -ERR 'Permissions Violation for Subscription to "foo" using queue "q2"'
A> SUB foo q1 3
A> SUB bar v1.dev 4
A> SUB bar v1.prod 5
A< -ERR 'Permissions Violation for Subscription to "bar" using queue "v1.prod"'
A> SUB baz any 6
A: sync

== subscribe: queue names in deny #184 @error
conf:
  authorization { users = [ {user: u, password: p, permissions { subscribe { allow: ">", deny: ["foo *.prod"] } }} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> SUB foo 1
A> SUB foo v1.dev 2
A> SUB foo v1.prod 3
A< -ERR 'Permissions Violation for Subscription to "foo" using queue "v1.prod"'
A: sync

== subscribe: a pattern wider than deny gets all but the denied #185 @error
conf:
  authorization { users = [ {user: u, password: p, permissions { subscribe { deny: "a.secret" } }} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> SUB a.* 1
A> PUB a.open 0
A> 
A> PUB a.secret 0
A> 
A> PUB a.more 0
A> 
A< MSG a.open 1 0
A< 
A< MSG a.more 1 0
A< 

== subscribe: a pattern wider than allow is refused #183 #85 @error
conf:
  authorization { users = [ {user: u, password: p, permissions { subscribe: "a.b" }} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> SUB a.* 1
A< -ERR 'Permissions Violation for Subscription to "a.*"'
A> SUB a.b 1
A: sync

== allow_responses: one answer to a request that came #186 @error
conf:
  authorization { users = [
    {user: svc, password: p, permissions { subscribe: "service", allow_responses: true }},
    {user: req, password: p} ] }
A> CONNECT {"verbose":false,"user":"svc","pass":"p"}
A> SUB service 1
A> PUB _INBOX.x 0
A> 
A< -ERR 'Permissions Violation for Publish to "_INBOX.x"'
A: sync
B> CONNECT {"verbose":false,"user":"req","pass":"p"}
B> SUB _INBOX.x 1
B> PUB service _INBOX.x 2
B> hi
A< MSG service 1 _INBOX.x 2
A< hi
A> PUB _INBOX.x 3
A> one
A> PUB _INBOX.x 3
A> two
A< -ERR 'Permissions Violation for Publish to "_INBOX.x"'
B< MSG _INBOX.x 1 3
B< one

== allow_responses: as many as max #186 @error
conf:
  authorization { users = [
    {user: svc, password: p, permissions { subscribe: "service", allow_responses: { max: 2, expires: "1m" } }},
    {user: req, password: p} ] }
A> CONNECT {"verbose":false,"user":"svc","pass":"p"}
A> SUB service 1
A: sync
B> CONNECT {"verbose":false,"user":"req","pass":"p"}
B> SUB r 1
B> PUB service r 0
B> 
A< MSG service 1 r 0
A< 
A> PUB r 0
A> 
A> PUB r 0
A> 
A> PUB r 0
A> 
A< -ERR 'Permissions Violation for Publish to "r"'
B< MSG r 1 0
B< 
B< MSG r 1 0
B< 

== allow_responses: not after its time #186 @error
conf:
  authorization { users = [
    {user: svc, password: p, permissions { subscribe: "service", allow_responses: { max: 10, expires: "50ms" } }},
    {user: req, password: p} ] }
A> CONNECT {"verbose":false,"user":"svc","pass":"p"}
A> SUB service 1
A: sync
B> CONNECT {"verbose":false,"user":"req","pass":"p"}
B> PUB service r 0
B> 
A< MSG service 1 r 0
A< 
wait 200
A> PUB r 0
A> 
A< -ERR 'Permissions Violation for Publish to "r"'

== a reply subject needs no permission of its own #187
conf:
  authorization { users = [ {user: u, password: p, permissions { publish: "a", subscribe: "a" }} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A> SUB a 1
A> PUB a anything.else 0
A> 
A< MSG a 1 anything.else 0
A< 

== connection types: the wrong kind of connection #190 #80 @error
conf:
  authorization { users = [ {user: u, password: p, allowed_connection_types: ["WEBSOCKET"]}, {user: v, password: p, allowed_connection_types: ["STANDARD"]} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A< -ERR 'Authorization Violation'
A: closed
B> CONNECT {"verbose":false,"user":"v","pass":"p"}
B: sync

== connection types: an unknown one is refused #190~ @error
no server
file: x.conf
  # The reference counts columns of the first line from 0, of others from 1.
  authorization { users = [ {user: u, password: p, allowed_connection_types: ["CARRIER_PIGEON"]} ] }
run -t -c <dir>/x.conf
  exit 1
  says x.conf:2:50: invalid connection types ["CARRIER_PIGEON"]

== permissions with a bad subject are refused #183~ @error
no server
file: x.conf
  authorization { users = [ {user: u, password: p, permissions { publish: "a..b" }} ] }
run -t -c <dir>/x.conf
  exit 1
  says <any>

== the login is shown in /connz with auth #183~ #479~
conf:
  authorization { users = [ {user: u, password: p} ] }
A> CONNECT {"verbose":false,"user":"u","pass":"p"}
A: sync
http /connz?auth=1 200 {"connections":[{"authorized_user":"u"}]}
