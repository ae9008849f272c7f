// What a node of its own makes at its first start, so that one can sign in at once: a user, a category and a room.
#pragma once

#include <optional>
#include <string>

#include "reference-server/net/loop.hpp"
#include "reference-server/result.hpp"
#include "reference-server/serve/settings.hpp"
#include "reference-server/store/store.hpp"

namespace poolcast::serve {

struct DemoUser {
  std::string uri;
  std::string password;  // shown once, kept nowhere
};

// Nothing when the database has users already.
Result<std::optional<DemoUser>> make_demo_content(net::Loop& loop, store::Store& store, const Settings& settings,
                                                  const std::string& key_file);

}  // namespace poolcast::serve
