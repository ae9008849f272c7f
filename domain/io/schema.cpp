// JSON Schema (draft 2020-12) of scenario files, for editors: every key with its meaning, its written form and its limits. An
// editor sees the file before includes; so `model` lifts the required keys.
#include <limits>

#include <nlohmann/json.hpp>

#include "domain/io/scenario_file.hpp"
#include "domain/io/schema_types.hpp"

namespace poolcast::io {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json schema_of(const T& value, const Constraint& constraint);

Json limits(const Constraint& constraint, const char* low, const char* high) {
  Json json = Json::object();
  if (constraint.at_least > -std::numeric_limits<double>::infinity()) json[low] = static_cast<Count>(constraint.at_least);
  if (constraint.at_most < std::numeric_limits<double>::infinity()) json[high] = static_cast<Count>(constraint.at_most);
  return json;
}

Json number_limits(const Constraint& constraint) {
  Json json = Json::object();
  if (constraint.above_zero) {
    json["exclusiveMinimum"] = 0;
  } else if (constraint.at_least > -std::numeric_limits<double>::infinity()) {
    json["minimum"] = constraint.at_least;
  }
  if (constraint.at_most < std::numeric_limits<double>::infinity()) json["maximum"] = constraint.at_most;
  return json;
}

// YAML turns `80` into a number and `80_000` into a text or a number, as its version has it: both are right.
template <class T>
Json scalar_schema(const Constraint& constraint) {
  const WrittenForm form = written_form(T{});
  Json text{{"type", "string"}, {"pattern", form.pattern}};
  if constexpr (std::same_as<T, bool>) {
    return {{"anyOf", {{{"type", "boolean"}}, text}}};
  } else if constexpr (std::same_as<T, double> || std::same_as<T, Count>) {
    Json number{{"type", std::same_as<T, Count> ? "integer" : "number"}};
    number.update(number_limits(constraint));
    return {{"anyOf", {number, text}}};
  } else if constexpr (std::same_as<T, Share>) {
    return {{"anyOf", {{{"type", "number"}, {"minimum", 0}, {"maximum", 1}}, text}}};
  } else if constexpr (std::same_as<T, Quantity>) {
    return {{"anyOf", {{{"type", "number"}, {"minimum", 0}}, text}}};
  } else if constexpr (std::same_as<T, Rate> || std::same_as<T, PostRate>) {
    return {{"anyOf", {{{"const", 0}}, text}}};
  } else {
    return text;
  }
}

template <Described T>
Json reference() {
  return {{"$ref", "#/$defs/" + struct_name<T>()}};
}

template <class T>
Json parameter_schema(const Parameter<T>&, const Constraint& constraint) {
  const Json value = scalar_schema<T>(constraint);
  Json whole{{"type", "object"},
             {"properties", {{"value", value}, {"low", value}, {"high", value}, {"origin", {{"type", "string"}}}}},
             {"required", {"value"}},
             {"additionalProperties", false}};
  return {{"anyOf", {value, whole}}};
}

template <class T>
Json list_schema(const std::vector<T>&, const Constraint& constraint) {
  Json json{{"type", "array"}, {"items", schema_of(T{}, Constraint{})}};
  json.update(limits(constraint, "minItems", "maxItems"));
  return json;
}

template <class T>
Json optional_schema(const std::optional<T>&, const Constraint& constraint) {
  return schema_of(T{}, constraint);
}

template <class T>
Json schema_of(const T& value, const Constraint& constraint) {
  if constexpr (can_be_included<T>) {
    return {{"anyOf", {{{"type", "string"}}, reference<T>()}}};
  } else if constexpr (Described<T>) {
    return reference<T>();
  } else if constexpr (is_optional<T>) {
    return optional_schema(value, constraint);
  } else if constexpr (is_list<T>) {
    return list_schema(value, constraint);
  } else if constexpr (is_parameter<T>) {
    return parameter_schema(value, constraint);
  } else if constexpr (NamedValue<T>) {
    return {{"enum", file_names<T>()}};
  } else if constexpr (is_id<T>) {
    return {{"type", {"string", "number"}}};
  } else if constexpr (NameList<T>) {
    const Json name{{"type", {"string", "number"}}};
    return {{"anyOf", {name, {{"type", "array"}, {"items", name}, {"minItems", 1}}}}};
  } else if constexpr (Text<T>) {
    return {{"type", {"string", "number", "boolean"}}};
  } else {
    return scalar_schema<T>(constraint);
  }
}

template <Described T>
Json struct_schema(T value) {
  Json properties = Json::object();
  Json required_keys = Json::array();
  if constexpr (can_be_included<T>) {
    properties["model"] = {{"type", "string"}, {"description", "Entry of the library to start from; the other keys change it."}};
  }
  describe(value, [&](std::string_view key, const auto& member, std::string_view meaning, Constraint constraint = {}) {
    Json json = schema_of(member, constraint);
    json["description"] = meaning;
    properties[std::string(key)] = std::move(json);
    if (constraint.required || is_parameter<std::remove_cvref_t<decltype(member)>>) required_keys.push_back(key);
  });
  Json json{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (required_keys.empty()) return json;
  if constexpr (can_be_included<T>) {
    json["anyOf"] = {{{"required", {"model"}}}, {{"required", required_keys}}};
  } else {
    json["required"] = required_keys;
  }
  return json;
}

}  // namespace

std::string json_schema() {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "Poolcast scenario"},
              {"description", "Generated by poolcast-generate from the descriptions in domain/; do not edit."}};
  Json definitions = Json::object();
  for_each_struct([&](const char* name, const auto& value) { definitions[name] = struct_schema(value); });
  schema["$ref"] = "#/$defs/Scenario";
  schema["$defs"] = std::move(definitions);
  return schema.dump(2) + "\n";
}

}  // namespace poolcast::io
