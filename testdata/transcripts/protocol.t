# The operations of the client protocol: what is sent, what comes back, byte for byte.

== INFO is the first line, with a space before its end #1~ #45
A: raw
A< INFO {<any>} 

== a message reaches its subscriber #4 #6 #8~
A> SUB foo 1
A> PUB foo 2
A> ok
A< +OK
