// What schema.json and the reference page say about a member's type and default; one place, so that both say the same.
#pragma once

#include <string>
#include <vector>

#include "domain/io/types.hpp"
#include "domain/runbook.hpp"

namespace poolcast::io {

// The documented structs, in the order of the reference page: visit(title, key path, value with defaults).
template <class Visit>
void for_each_struct(Visit&& visit) {
  visit("Scenario", Scenario{});
  visit("Topology", Topology{});
  visit("Hardware", Hardware{});
  visit("Site", Site{});
  visit("FrontEndPool", FrontEndPool{});
  visit("ChatPool", ChatPool{});
  visit("ChatServer", ChatServer{});
  visit("SqlInstance", SqlInstance{});
  visit("Database", Database{});
  visit("LogShipping", LogShipping{});
  visit("FileStore", FileStore{});
  visit("Link", Link{});
  visit("Deployment", Deployment{});
  visit("Secret", Secret{});
  visit("Workload", Workload{});
  visit("RoomClass", RoomClass{});
  visit("DayPoint", DayPoint{});
  visit("ClientBehaviour", ClientBehaviour{});
  visit("CostSet", CostSet{});
  visit("Fault", Fault{});
  visit("Objective", Objective{});
  visit("Variant", Variant{});
  visit("Runbook", Runbook{});
  visit("Role", Role{});
  visit("Situation", Situation{});
  visit("RunbookStep", RunbookStep{});
  visit("Effect", Effect{});
}

template <Described T>
std::string struct_name() {
  std::string name;
  for_each_struct([&](const char* title, const auto& value) {
    if constexpr (std::same_as<std::remove_cvref_t<decltype(value)>, T>) name = title;
  });
  return name;
}

// Structs that may start from a named one of the library.
template <class T>
inline constexpr bool can_be_included =
    std::same_as<T, Topology> || std::same_as<T, Workload> || std::same_as<T, CostSet> || std::same_as<T, Runbook>;

}  // namespace poolcast::io
