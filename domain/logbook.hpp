// The logbook of a run: what operators did and when, what was refused and by which rule, and what is lost for good.
#pragma once

#include <array>
#include <string>

#include "domain/describe.hpp"
#include "domain/units.hpp"

namespace poolcast {

// A refused command changed nothing. What is unfinished was under way at the horizon. `lost`: no surviving copy has it.
enum class EntryKind { done, refused, unfinished, lost };
template <>
struct EnumNames<EntryKind> {
  static constexpr std::array<std::string_view, 4> names{"done", "refused", "unfinished", "lost"};
};

struct LogbookEntry {
  Seconds begins{0};
  Seconds ends{0};
  EntryKind kind = EntryKind::done;
  std::string what{};     // the command, `make principal sql-2`, or the step of a runbook
  std::string runbook{};  // `follow site-failover`; empty of a command that stands alone
  std::string who{};      // the role that does a step
  std::string why{};      // why it was refused, what was lost, what the step does
  bool operator==(const LogbookEntry&) const = default;
};

}  // namespace poolcast
