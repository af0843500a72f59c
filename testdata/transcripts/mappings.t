# Subject mappings of an account: publishes are renamed before anybody matches them.

== a literal mapping #117
conf:
  mappings { "a.b": "x.y" }
A> SUB > 1
A> PUB a.b 0
A> 
A< MSG x.y 1 0
A< 

== subjects that aren't mapped stay #117
conf:
  mappings { a: b }
A> SUB > 1
A> PUB a.b 0
A> 
A< MSG a.b 1 0
A< 

== wildcards by number #120 #117
conf:
  mappings { "foo.*.*": "bar.$2.$1" }
A> SUB > 1
A> PUB foo.one.two 0
A> 
A< MSG bar.two.one 1 0
A< 

== wildcards by name #120
conf:
  mappings { "foo.*.*": "bar.{{wildcard(2)}}.{{wildcard(1)}}.end" }
A> SUB > 1
A> PUB foo.one.two 0
A> 
A< MSG bar.two.one.end 1 0
A< 

== a mapping of everything below #117~
conf:
  mappings { "foo.>": "bar.>" }
A> SUB > 1
A> PUB foo.a.b 0
A> 
A< MSG bar.a.b 1 0
A< 

== weights of 100 and 0 #118~
conf:
  mappings { foo: [ {destination: one, weight: 100%}, {destination: two, weight: 0%} ] }
A> SUB > 1
A> <repeat 20 PUB foo 0\r\n\r\n>PING
A< <repeat 20 MSG one 1 0\r\n\r\n>PONG

== weights share the messages #118
conf:
  mappings { foo: [ {destination: one, weight: 50%}, {destination: two, weight: 50%} ] }
A> SUB one 1
A> <repeat 200 PUB foo 0\r\n\r\n>PING
A: skip to <repeat 2 MSG one 1 0\r\n\r\n>
A: skip to PONG\r\n
B> SUB two 2
B: sync
A> <repeat 200 PUB foo 0\r\n\r\n>PING
B: skip to <repeat 2 MSG two 2 0\r\n\r\n>
A: close
B: close

== a weight below 100 leaves the rest on the source #118~
conf:
  mappings { foo: [ {destination: one, weight: 0%} ] }
A> SUB > 1
A> PUB foo 0
A> 
A< MSG foo 1 0
A< 

== loss: the source among the destinations drops the rest #119
conf:
  mappings { foo: [ {destination: foo, weight: 0%} ] }
A> SUB > 1
A> <repeat 20 PUB foo 0\r\n\r\n>PING
A< PONG

== weights over 100 are refused #118~ @error
no server
file: x.conf
  mappings { foo: [ {destination: one, weight: 60%}, {destination: two, weight: 60%} ] }
run -t -c <dir>/x.conf
  exit 1
  says <any>

== partition by a token #121 #122
conf:
  mappings { "p.*": "q.{{wildcard(1)}}.{{partition(10,1)}}" }
A> SUB > 1
A> PUB p.a 0
A> 
A> PUB p.b 0
A> 
A> PUB p.order-4711 0
A> 
A< MSG q.a.<pa:number> 1 0
A< 
A< MSG q.b.<pb:number> 1 0
A< 
A< MSG q.order-4711.<po:number> 1 0
A< 

== partition over the whole subject #121~
conf:
  mappings { "p.>": "q.{{partition(8)}}.>" }
A> SUB > 1
A> PUB p.a.b 0
A> 
A< MSG q.<number>.a.b 1 0
A< 

== partition over two tokens #121~ #122~
conf:
  mappings { "p.*.*": "q.{{partition(1000,1,2)}}" }
A> SUB > 1
A> PUB p.foo.bar 0
A> 
A< MSG q.<n:number> 1 0
A< 

== split at a separator #123~
conf:
  mappings { "s.*": "t.{{split(1,-)}}" }
A> SUB > 1
A> PUB s.a-b-c 0
A> 
A< MSG t.a.b.c 1 0
A< 

== split at a position from the left and from the right #123~
conf:
  mappings { "l.*": "x.{{splitFromLeft(1,2)}}", "r.*": "y.{{splitFromRight(1,2)}}" }
A> SUB > 1
A> PUB l.abcde 0
A> 
A> PUB r.abcde 0
A> 
A< MSG x.ab.cde 1 0
A< 
A< MSG y.abc.de 1 0
A< 

== slices from the left and from the right #123
conf:
  mappings { "l.*": "x.{{sliceFromLeft(1,2)}}", "r.*": "y.{{sliceFromRight(1,2)}}" }
A> SUB > 1
A> PUB l.abcde 0
A> 
A> PUB r.abcde 0
A> 
A< MSG x.ab.cd.e 1 0
A< 
A< MSG y.a.bc.de 1 0
A< 

== left and right parts of a token #124
conf:
  mappings { "l.*": "x.{{left(1,3)}}", "r.*": "y.{{right(1,3)}}" }
A> SUB > 1
A> PUB l.abcde 0
A> 
A> PUB r.abcde 0
A> 
A> PUB l.ab 0
A> 
A< MSG x.abc 1 0
A< 
A< MSG y.cde 1 0
A< 
A< MSG x.ab 1 0
A< 

== a random number below n #125
conf:
  mappings { "r.*": "x.{{random(1)}}.{{wildcard(1)}}" }
A> SUB > 1
A> PUB r.a 0
A> 
A< MSG x.0.a 1 0
A< 

== an unknown function is refused #126 @error
no server
file: x.conf
  mappings { "a.*": "b.{{unheardof(1)}}" }
run -t -c <dir>/x.conf
  exit 1
  says <any>

== a token that doesn't exist is refused #126 @error
no server
file: x.conf
  mappings { "a.*": "b.{{wildcard(2)}}" }
run -t -c <dir>/x.conf
  exit 1
  says <any>

== headers and reply survive a mapping #127
conf:
  mappings { foo: bar }
A> CONNECT {"verbose":false,"headers":true}
A> SUB bar 1
A> HPUB foo reply 12 14
A> NATS/1.0\r\n\r\nok
A< HMSG bar 1 reply 12 14
A< NATS/1.0\r\n\r\nok

== a mapping happens once #127~
conf:
  mappings { a: b, b: c }
A> SUB > 1
A> PUB a 0
A> 
A< MSG b 1 0
A< 

== a mapping of an account is its own #117~
conf:
  accounts { A { users = [{user: a, password: a}], mappings { foo: bar } }, B { users = [{user: b, password: b}] } }
A> CONNECT {"verbose":false,"user":"a","pass":"a"}
A: sync
A> SUB > 1
B> CONNECT {"verbose":false,"user":"b","pass":"b"}
B> SUB > 1
A> PUB foo 0
A> 
B> PUB foo 0
B> 
A< MSG bar 1 0
A< 
B< MSG foo 1 0
B< 

== mappings change by reload #129
conf:
  mappings { foo: bar }
A> SUB > 1
A> PUB foo 0
A> 
A< MSG bar 1 0
A< 
reload:
  mappings { foo: baz }
A> PUB foo 0
A> 
A< MSG baz 1 0
A< 
