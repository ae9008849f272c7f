// OpenSSL's way to a socket that never blocks and remembers whether the last read emptied it. OpenSSL's own does not: only one
// more read, with a record's buffer made and freed again, would tell.
#pragma once

#include <openssl/bio.h>

namespace poolcast::net {

// The socket stays the caller's, and blocks or not as it did. Stops the program when there is no memory.
BIO* make_socket_bio(int socket);

// Whether all that had arrived was read, as far as the last read showed. Of a BIO of make_socket_bio().
bool is_drained(BIO* bio);

}  // namespace poolcast::net
