#include "reference-server/net/socket_bio.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "domain/ensure.hpp"

namespace poolcast::net {

namespace {

struct Socket {
  int number = -1;
  bool drained = false;
  bool ended = false;
};

Socket& socket_of(BIO* bio) { return *static_cast<Socket*>(BIO_get_data(bio)); }

// 1: done; 0: not now, or never, as the flags say.
int settle(BIO* bio, ssize_t result, std::size_t* moved, void (*retry)(BIO*)) {
  *moved = result > 0 ? static_cast<std::size_t>(result) : 0;
  if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) retry(bio);
  return result > 0 ? 1 : 0;
}

int read_socket(BIO* bio, char* into, std::size_t room, std::size_t* got) {
  BIO_clear_retry_flags(bio);
  Socket& socket = socket_of(bio);
  const ssize_t result = ::recv(socket.number, into, room, 0);
  socket.drained = std::cmp_less(result, room) && !(result < 0 && errno == EINTR);
  socket.ended = result == 0;
  return settle(bio, result, got, [](BIO* each) { BIO_set_retry_read(each); });
}

int write_socket(BIO* bio, const char* bytes, std::size_t size, std::size_t* sent) {
  BIO_clear_retry_flags(bio);
  const ssize_t result = ::send(socket_of(bio).number, bytes, size, MSG_NOSIGNAL);
  return settle(bio, result, sent, [](BIO* each) { BIO_set_retry_write(each); });
}

long control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  if (command == BIO_CTRL_EOF) return socket_of(bio).ended ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;  // nothing is held back here
}

int destroy(BIO* bio) {
  delete static_cast<Socket*>(BIO_get_data(bio));
  BIO_set_data(bio, nullptr);
  return 1;
}

struct FreeMethod {
  void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
};

const BIO_METHOD* method() {
  static const std::unique_ptr<BIO_METHOD, FreeMethod> ours = [] {
    std::unique_ptr<BIO_METHOD, FreeMethod> made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket"));
    ensure(made && BIO_meth_set_read_ex(made.get(), read_socket) == 1 && BIO_meth_set_write_ex(made.get(), write_socket) == 1 &&
               BIO_meth_set_ctrl(made.get(), control) == 1 && BIO_meth_set_destroy(made.get(), destroy) == 1,
           "OpenSSL is out of memory");
    return made;
  }();
  return ours.get();
}

}  // namespace

BIO* make_socket_bio(int socket) {
  BIO* const bio = BIO_new(method());
  ensure(bio != nullptr, "OpenSSL is out of memory");
  BIO_set_data(bio, std::make_unique<Socket>(Socket{.number = socket}).release());
  BIO_set_init(bio, 1);
  return bio;
}

bool is_drained(BIO* bio) { return socket_of(bio).drained; }

}  // namespace poolcast::net
