-- Owns whether a server that broke down is started again: not more often than helps.
-- It must not know processes; times are milliseconds of any clock that only goes forward.

local M = {}

-- Whoever breaks down more often than this breaks down again: a person has to look.
local MOST = 3
M.WITHIN_MS = 3 * 60 * 1000

---Return the breakdowns that still count, and whether to start again after the one that is `now`.
---@param earlier integer[]
---@param now integer
---@return integer[] counted
---@return boolean again
function M.after(earlier, now)
  local counted = vim.tbl_filter(function(it)
    return now - it < M.WITHIN_MS
  end, earlier)
  table.insert(counted, now)
  return counted, #counted <= MOST
end

---Tell whether a process broke down, or was ended by somebody who meant it.
---@param code integer
---@param signal integer
---@return boolean
function M.is_breakdown(code, signal)
  local SIGTERM = 15
  return code ~= 0 and code ~= 128 + SIGTERM or (signal ~= 0 and signal ~= SIGTERM)
end

return M
