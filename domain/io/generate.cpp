// poolcast-generate schema|reference|rules: prints scenarios/schema.json, scenarios/README.md or docs/rules.md. The target
// `generated` writes all of them.
#include <cstdio>
#include <string>
#include <string_view>

#include "domain/io/scenario_file.hpp"
#include "domain/limits/finding.hpp"

namespace {

std::string page(std::string_view what) {
  if (what == "schema") return poolcast::io::json_schema();
  if (what == "reference") return poolcast::io::reference_page();
  if (what == "rules") return poolcast::limits::rules_page(poolcast::limits::products().front());
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string text = argc == 2 ? page(argv[1]) : "";
  if (text.empty()) {
    std::fputs("usage: poolcast-generate schema|reference|rules\n", stderr);
    return 2;
  }
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
