// Identifiers as types: a PoolId never compares with a NodeId or with a bare string, so two of them cannot be swapped.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace poolcast {

template <class Tag>
class Id {
public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}
  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;

private:
  std::string text_;
};

using SiteId = Id<struct SiteTag>;
using PoolId = Id<struct PoolTag>;          // a Front End pool or a Persistent Chat pool
using NodeId = Id<struct NodeTag>;          // one machine: a chat server, a Front End server, a SQL instance, a file server
using HardwareId = Id<struct HardwareTag>;  // a named kind of machine

// One name or several, of whatever kind; files write `north` or `[chat-1, sql-1]`.
struct Names {
  std::vector<std::string> each;

  Names() = default;
  explicit Names(std::vector<std::string> names) : each(std::move(names)) {}
  template <class Tag>
  Names(const Id<Tag>& one) : each{one.str()} {}  // NOLINT(google-explicit-constructor): one name is a list of one
  bool operator==(const Names&) const = default;
};

}  // namespace poolcast

template <class Tag>
struct std::hash<poolcast::Id<Tag>> {  // NOLINT(bugprone-std-namespace-modification): of a type of ours
  std::size_t operator()(const poolcast::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
