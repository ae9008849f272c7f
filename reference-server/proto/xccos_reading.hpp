// How the readers of XCCOS commands look into elements. Only xccos_read*.cpp include it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/proto/xccos_commands.hpp"
#include "reference-server/proto/xml.hpp"

namespace poolcast::proto {

// What one command is read into: the first problem makes it Malformed, and what is read after it does not matter.
struct Reading {
  std::string problem;
  void refuse(std::string_view why) {
    if (problem.empty()) problem = why;
  }
};

// The child that a command cannot do without; an empty element and a problem where it is missing.
const XmlElement& needed_child(Reading& reading, const XmlElement& parent, std::string_view name);
// Absent: nothing. Present and not what it should be: a problem.
std::optional<std::string> text_of(const XmlElement& element, std::string_view attribute);
std::optional<bool> flag_of(Reading& reading, const XmlElement& element, std::string_view attribute);
std::optional<std::uint64_t> number_of(Reading& reading, const XmlElement& element, std::string_view attribute);
std::optional<std::uint32_t> count_of(Reading& reading, const XmlElement& element, std::string_view attribute);

// Addresses that a command cannot do without.
RoomAddress room_of(Reading& reading, const XmlElement& element, std::string_view attribute = "uri");
CategoryAddress category_of(Reading& reading, const XmlElement& element, std::string_view attribute = "uri");

// One reader per command, each given the `data` element.
Command read_search(Reading& reading, const XmlElement& data);
Command read_create_room(Reading& reading, const XmlElement& data);
Command read_change_room(Reading& reading, const XmlElement& data);
Command read_enable_room(Reading& reading, const XmlElement& data);
Command read_disable_room(Reading& reading, const XmlElement& data);
Command read_get_roles(Reading& reading, const XmlElement& data);
Command read_change_roles(Reading& reading, const XmlElement& data);
Command read_find_principals(Reading& reading, const XmlElement& data);
Command read_create_category(Reading& reading, const XmlElement& data);
Command read_get_categories(Reading& reading, const XmlElement& data);
Command read_change_category(Reading& reading, const XmlElement& data);

Command read_context(Reading& reading, const XmlElement& data);
Command read_by_date(Reading& reading, const XmlElement& data);
Command read_by_message(Reading& reading, const XmlElement& data);
// Given the `grpchat` element.
Command read_post(Reading& reading, const XmlElement& grpchat);

}  // namespace poolcast::proto
