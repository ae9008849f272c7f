#include "domain/io/library_folders.hpp"

#include <cstdlib>
#include <sstream>
#include <string>
#include <system_error>

namespace poolcast::io {

namespace fs = std::filesystem;

std::vector<fs::path> library_folders(const std::vector<fs::path>& given) {
  std::vector<fs::path> wanted = given;
  if (const char* variable = std::getenv("POOLCAST_LIBRARY")) {
    std::istringstream folders(variable);
    for (std::string folder; std::getline(folders, folder, ':');)
      if (!folder.empty()) wanted.emplace_back(folder);
  }
  std::error_code unknown;
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
  if (!unknown) {
    const fs::path above = program.parent_path().parent_path();
    wanted.push_back(above / "scenarios");
    wanted.push_back(above / "share" / "poolcast" / "scenarios");
  }
  wanted.emplace_back("scenarios");
  std::vector<fs::path> folders;
  for (const fs::path& folder : wanted)
    if (fs::is_directory(folder, unknown)) folders.push_back(folder);
  return folders;
}

}  // namespace poolcast::io
