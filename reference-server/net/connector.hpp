// Connects to another process, once each time it is asked.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "reference-server/net/connection.hpp"
#include "reference-server/net/listener.hpp"

namespace poolcast::net {

class Connector {
public:
  using MakeUser = Listener::MakeUser;
  using MakeTls = Listener::MakeTls;  // null for plain TCP
  // The connection, which has begun (with TLS, to shake hands), or why there is none.
  using Ready = std::function<void(Result<std::shared_ptr<Connection>>)>;

  Connector(Loop& loop, ConnectionLimits limits, std::chrono::seconds patience);
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  // `ready` is called once, later. The connector outlives the connection, whose deadlines the caller checks.
  void connect(const ListenAddress& to, const MakeUser& make_user, const MakeTls& make_tls, Ready ready);

private:
  Loop& loop_;
  ConnectionLimits limits_;
  std::chrono::seconds patience_;
};

}  // namespace poolcast::net
