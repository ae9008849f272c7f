#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "domain/io/schema_types.hpp"
#include "support.hpp"

namespace poolcast::io {
namespace {

using Json = nlohmann::json;

template <Described T>
std::set<std::string> keys_of(T value) {
  std::set<std::string> keys;
  describe(value, [&](std::string_view key, auto&, std::string_view, Constraint = {}) { keys.emplace(key); });
  return keys;
}

TEST(Schema, has_exactly_the_keys_that_the_structs_describe) {
  const Json schema = Json::parse(json_schema());
  for_each_struct([&](const char* name, const auto& value) {
    std::set<std::string> keys;
    for (const auto& [key, property] : schema.at("$defs").at(name).at("properties").items()) {
      EXPECT_FALSE(property.at("description").template get<std::string>().empty()) << name << "." << key;
      if (key != "model") keys.insert(key);
    }
    EXPECT_EQ(keys, keys_of(value)) << name;
    EXPECT_EQ(schema.at("$defs").at(name).at("additionalProperties"), false) << name;
  });
}

void expect_targets(const Json& json, const Json& definitions) {
  if (json.is_object() && json.contains("$ref")) {
    const std::string target = json.at("$ref").get<std::string>();
    ASSERT_EQ(target.rfind("#/$defs/", 0), 0U);
    EXPECT_TRUE(definitions.contains(target.substr(8))) << target;
  }
  for (const auto& part : json) {
    if (part.is_structured()) expect_targets(part, definitions);
  }
}

TEST(Schema, every_reference_has_its_target) {
  const Json schema = Json::parse(json_schema());
  expect_targets(schema, schema.at("$defs"));
}

TEST(Schema, every_struct_of_a_scenario_is_listed) {
  const Json schema = Json::parse(json_schema());
  EXPECT_EQ(schema.dump().find("#/$defs/\""), std::string::npos) << "a described struct without a name in for_each_struct";
}

TEST(Schema, what_is_required_can_come_from_a_model) {
  const Json topology = Json::parse(json_schema()).at("$defs").at("Topology");
  EXPECT_EQ(topology.at("anyOf").at(0).at("required"), Json::array({"model"}));
  EXPECT_FALSE(topology.contains("required"));
}

TEST(ReferencePage, has_a_row_for_every_key_and_metric) {
  const std::string page = reference_page();
  for_each_struct([&](const char* name, const auto& value) {
    EXPECT_NE(page.find("\n## " + std::string(name) + "\n"), std::string::npos);
    for (const auto& key : keys_of(value)) EXPECT_NE(page.find("| `" + key + "` |"), std::string::npos) << name << "." << key;
  });
  for (const MetricRow& row : metric_table) EXPECT_NE(page.find("| `" + std::string(row.name) + "` |"), std::string::npos);
}

}  // namespace
}  // namespace poolcast::io
