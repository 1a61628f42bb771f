-- Sends the lines of a file in turn and counts what the answers say.
-- Arguments: file, method, path. With GET a line is appended to the path; with POST it is the body.

local requests, place = {}, 0
local threads = {}
said = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  local file, method, path = arguments[1], arguments[2], arguments[3]
  wrk.headers["Content-Type"] = "application/json"
  local key = os.getenv("BENCH_KEY")
  if key then wrk.headers["Authorization"] = "Bearer " .. key end
  for line in io.lines(file) do
    if method == "GET" then
      table.insert(requests, wrk.format("GET", path .. line))
    else
      table.insert(requests, wrk.format("POST", path, nil, line))
    end
  end
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function response(status, headers, body)
  local outcome = string.match(body, '"outcome": ?"(%a+)"') or tostring(status)
  local decided_by = string.match(body, '"decided_by": ?"(%a+)"')
  if decided_by then outcome = outcome .. " by " .. decided_by end
  local reason = string.match(body, '"reasons": ?%["([a-z_]+)"')
  if reason then outcome = outcome .. ": " .. reason end
  said[outcome] = (said[outcome] or 0) + 1
end

function done(summary, latency, _)
  local errors = summary.errors
  local words = {}
  for _, thread in ipairs(threads) do
    for outcome, count in pairs(thread:get("said")) do
      table.insert(words, string.format('"%s": %d', outcome, count))
    end
  end
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "p50_ms": %.4f, "p99_ms": %.4f, "max_ms": %.4f, "errors": %d, "said": {%s}}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    table.concat(words, ", ")))
end
