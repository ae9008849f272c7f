#include "domain/fold.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace poolcast {

namespace {

std::uint32_t windows_of(Seconds horizon, Seconds window) {
  if (!(horizon.count() > 0) || !(window.count() > 0)) throw std::invalid_argument("fold: horizon and window must be above zero");
  constexpr double most_windows = 10e6;  // a week in windows of 60 ms; above it a window is a typing error
  const double windows = std::ceil(horizon / window * (1 - 1e-12));  // 3600 / 0.1 must not become 36001 by its last bit
  if (windows > most_windows) throw std::invalid_argument("fold: more than ten million windows");
  return std::max(std::uint32_t{1}, static_cast<std::uint32_t>(windows));
}

}  // namespace

Seconds fitting_window(Seconds horizon) {
  constexpr double most_windows = 100;
  for (const double unit : {1.0, 60.0, 3600.0})
    for (const double times : {1.0, 2.0, 5.0, 10.0, 15.0, 30.0})
      if (horizon.count() <= times * unit * most_windows) return Seconds{times * unit};
  return horizon / most_windows;
}

Fold::Fold(Seconds horizon, Seconds window) : horizon_(horizon), window_(window), windows_(windows_of(horizon, window)) {}

double Fold::end_of(std::uint32_t number) const {
  return number + 1 == windows_ ? std::numeric_limits<double>::infinity() : window_.count() * (number + 1);
}

SeriesId Fold::add(Metric metric, Place place) {
  Series& series = series_.emplace_back();
  series.metric = metric;
  series.place = std::move(place);
  Open& open = open_.emplace_back();
  if (row_of(metric).kind != MetricKind::once) {
    series.windows.resize(windows_);
    open.window = series.windows.data();
    open.end = end_of(0);
  }
  return static_cast<SeriesId>(series_.size() - 1);
}

void Fold::once(SeriesId series, std::string name, double value) {
  series_[series].value_names.push_back(std::move(name));
  series_[series].values.push_back(value);
}

void Fold::close_level(Open& open, double end) const {
  const double begin = window_.count() * open.number;
  open.area += open.level * (end - open.since);
  open.since = end;
  open.window->mean = end > begin ? open.area / (end - begin) : open.level;
  open.area = 0;
}

void Fold::move_on(Open& open, double at) {
  while (at >= open.end) {
    close_level(open, open.end);
    ++open.window;
    ++open.number;
    open.window->max = open.level;
    open.end = end_of(open.number);
  }
}

ReplicationResult Fold::finish_at(Seconds end) && {
  if (end < horizon_) {
    windows_ = windows_of(end, window_);
    horizon_ = end;
    for (std::size_t i = 0; i < series_.size(); ++i) {
      if (row_of(series_[i].metric).kind == MetricKind::once) continue;
      series_[i].windows.resize(windows_);
      open_[i].end = end_of(open_[i].number);
    }
  }
  return std::move(*this).finish();
}

ReplicationResult Fold::finish() && {
  ReplicationResult result;
  result.horizon = horizon_;
  result.window = window_;
  for (std::size_t i = 0; i < series_.size(); ++i) {
    const MetricKind kind = row_of(series_[i].metric).kind;
    if (kind == MetricKind::level) {
      move_on(open_[i], std::nextafter(horizon_.count(), 0.0));
      close_level(open_[i], horizon_.count());
    }
    for (Window& window : series_[i].windows) {
      if (kind == MetricKind::count) window.mean = window.max = 0;
      if (kind != MetricKind::latency) continue;
      window.count = window.histogram.count();
      window.mean = window.histogram.mean();
      window.max = window.histogram.max();
    }
  }
  result.series = std::move(series_);
  return result;
}

}  // namespace poolcast
