#include "domain/io/run_folder.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <set>
#include <system_error>

#include "domain/io/config_error.hpp"
#include "domain/io/run_object.hpp"
#include "domain/io/scenario_file.hpp"

namespace poolcast::io {

namespace fs = std::filesystem;

namespace {

constexpr std::array<const char*, 5> own_entries{"run.json", "report.csv", "histograms", "scenario.yaml", "variants"};

[[noreturn]] void refuse(const fs::path& folder, const std::string& why) {
  throw ConfigError({Problem{folder.string(), 0, 0, "", why}});
}

bool is_run_folder(const fs::path& folder) {
  std::ifstream file(folder / "run.json");
  const Json object = Json::parse(file, nullptr, false);
  return object.is_object() && object.value("format", "").starts_with("poolcast-run/");
}

// Without a trailing slash or dots, so that it has a name and a parent.
fs::path tidy(const fs::path& folder) {
  fs::path path = fs::absolute(folder).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw fs::filesystem_error("cannot write", path, std::make_error_code(std::errc::io_error));
}

// "delivery_latency-chat-chat-1-small.json": only characters that every file system takes.
std::string file_name_of(const MergedSeries& series, std::set<std::string>& taken) {
  std::string name(row_of(series.metric).name);
  for (const std::string* part : {&series.place.site, &series.place.pool, &series.place.node, &series.place.part})
    if (!part->empty()) name.append("-").append(*part);
  for (char& character : name)
    if (std::isalnum(static_cast<unsigned char>(character)) == 0 && character != '-' && character != '_') character = '_';
  std::string unused = name;
  for (int number = 2; !taken.insert(unused).second; ++number) unused = name + "-" + std::to_string(number);
  return unused + ".json";
}

Json histogram_json(const MergedSeries& series) {
  const Histogram& histogram = series.histogram;
  return {{"format", "poolcast-histogram/1"},
          {"metric", row_of(series.metric).name},
          {"unit", unit_name(row_of(series.metric).unit)},
          {"site", series.place.site},
          {"pool", series.place.pool},
          {"node", series.place.node},
          {"part", series.place.part},
          {"lowest_exponent", Histogram::lowest_exponent},
          {"parts_per_octave", Histogram::parts_per_octave},
          {"count", histogram.count()},
          {"sum", histogram.sum()},
          {"max", histogram.max()},
          {"buckets", histogram.buckets()}};
}

void write_answer(const Answer& answer, const fs::path& folder) {
  fs::create_directories(folder / "histograms");
  write_file(folder / "report.csv", rows_csv(answer.report.rows));
  write_file(folder / "scenario.yaml", print(answer.scenario));
  std::set<std::string> taken;
  for (const MergedSeries& series : answer.histograms)
    write_file(folder / "histograms" / file_name_of(series, taken), histogram_json(series).dump() + "\n");
}

// A folder of that name which nobody else has: beside the place, so that a rename moves it there.
fs::path new_folder_beside(const fs::path& folder, const std::string& ending) {
  constexpr int most_attempts = 1000;
  for (int number = 1; number <= most_attempts; ++number) {
    fs::path path = folder.parent_path() / ("." + folder.filename().string() + "." + ending + std::to_string(number));
    if (fs::create_directory(path)) return path;
  }
  throw fs::filesystem_error("too many unfinished run folders", folder, std::make_error_code(std::errc::file_exists));
}

// Moves what is not of a run from the old folder into the new one.
void keep_foreign_files(const fs::path& from, const fs::path& to) {
  for (const fs::directory_entry& entry : fs::directory_iterator(from)) {
    const std::string name = entry.path().filename().string();
    if (std::ranges::find(own_entries, name) == own_entries.end()) fs::rename(entry.path(), to / name);
  }
}

void move_into_place(const fs::path& fresh, const fs::path& folder) {
  if (!fs::exists(folder)) return fs::rename(fresh, folder);
  const fs::path old = new_folder_beside(folder, "old");
  fs::rename(folder, old);
  fs::rename(fresh, folder);
  keep_foreign_files(old, folder);
  fs::remove_all(old);
}

// Makes the parents and, beside the place, a folder that goes at once.
void try_to_write(const fs::path& folder, const fs::path& path) {
  try {
    fs::create_directories(path.parent_path());
    fs::remove(new_folder_beside(path, "try"));
  } catch (const fs::filesystem_error& error) {
    refuse(folder, "cannot be written (" + error.code().message() + " in " + path.parent_path().string() +
                       "); expected a place where this account may create folders");
  }
}

}  // namespace

void check_run_folder(const fs::path& folder) {
  const fs::path path = tidy(folder);
  if (path == path.root_path()) refuse(folder, "found the root of the file system; expected a folder for the run");
  std::error_code unreadable;
  if (!fs::exists(path, unreadable)) return try_to_write(folder, path);
  if (!fs::is_directory(path)) refuse(folder, "found a file; expected a folder for the run");
  const bool is_empty = fs::is_empty(path, unreadable);
  if (unreadable) refuse(folder, "cannot be read (" + unreadable.message() + "); expected a folder of this account");
  if (!is_empty && !is_run_folder(path))
    refuse(folder, "found a folder that is not empty and not of a run; expected a new folder or one of an earlier run");
  try_to_write(folder, path);
}

void write_run_folder(const Run& run, const fs::path& folder) {
  check_run_folder(folder);
  const fs::path path = tidy(folder);
  fs::create_directories(path.parent_path());
  const fs::path fresh = new_folder_beside(path, "new");
  try {
    write_answer(run.answer, fresh);
    for (std::size_t i = 0; i < run.variants.size(); ++i)
      write_answer(run.variants[i].answer, fresh / "variants" / std::to_string(i + 1));
    write_file(fresh / "run.json", run_object(run, false).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    move_into_place(fresh, path);
  } catch (const fs::filesystem_error&) {
    std::error_code ignored;  // the first error is the one to report
    fs::remove_all(fresh, ignored);
    throw;
  }
}

}  // namespace poolcast::io
