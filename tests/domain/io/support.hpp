// Small scenarios as text, and what is wrong with a text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/io/scenario_file.hpp"

namespace poolcast::io {

// The committed library with the tests' own cost sets.
LoadOptions test_options(std::vector<std::string> overrides = {});

// A whole scenario in one file. `change` replaces the first occurrence of a piece of its text; a piece that is not there is a
// fault of the test.
std::string small_scenario();
std::string changed(std::string text, std::string_view piece, std::string_view by);

// The error lines of a text; empty when it is right. The file is called mine.yaml.
std::vector<std::string> errors_of(std::string_view text, std::vector<std::string> overrides = {});
std::vector<std::string> errors_after(std::string_view piece, std::string_view by);

Scenario scenario_of(std::string_view text, std::vector<std::string> overrides = {});

// A folder of its own under the build, removed at the end.
class Folder {
public:
  explicit Folder(std::string_view name);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& file, std::string_view text) const;
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

}  // namespace poolcast::io
