-- Owns the words in which a status is told: for a statusline, and in full.
-- It must not ask the server, nor touch the editor.

local M = {}

---@class glossator.StatusView what a statusline may show, each for itself
---@field model string? nil where no model answers
---@field place string "local", "remote" or "no model"
---@field jobs integer
---@field index string? such as "index 3/10", nil when it is up to date or off
---@field doing string? what the job that said something last is doing

---@param text string
---@return string
local function plain(text)
  -- A statusline would read commands in it.
  return (text:gsub('%%', ''):gsub('%c', ' '))
end

---@param status glossator.Status
---@param doing string?
---@return glossator.StatusView
function M.view(status, doing)
  local index
  for _, it in ipairs(status.index or {}) do
    if it.filesTotal and it.filesDone and it.filesDone < it.filesTotal then
      index = ('index %d/%d'):format(it.filesDone, it.filesTotal)
    elseif #(it.problems or {}) > 0 then
      index = 'index: a problem'
    end
  end
  local place = status.model and (status['local'] and 'local' or 'remote') or 'no model'
  return {
    model = status.model,
    place = place,
    jobs = #(status.jobs or {}),
    index = index,
    doing = doing,
  }
end

---@param view glossator.StatusView
---@return string
function M.line(view)
  local parts = { view.model and ('%s (%s)'):format(view.model, view.place) or view.place }
  if view.doing then
    table.insert(parts, view.doing)
  end
  if view.jobs > 1 or (view.jobs == 1 and not view.doing) then
    table.insert(parts, view.jobs == 1 and '1 job' or ('%d jobs'):format(view.jobs))
  end
  if view.index then
    table.insert(parts, view.index)
  end
  return plain(table.concat(parts, ' | '))
end

---@param role glossator.Role
---@return string
local function model(role)
  if not role.model then
    return role.problem or 'no model'
  end
  local where = role['local'] and 'on this machine' or 'remote'
  return ('%s, %s (%s)'):format(role.model, where, role.route or '')
end

---Return the whole status, line by line.
---@param status glossator.Status
---@return string[]
function M.lines(status)
  local lines = { 'Glossator ' .. status.version, '' }
  local roles = status.roles or { document = status }
  for _, name in ipairs(vim.fn.sort(vim.tbl_keys(roles))) do
    table.insert(lines, ('%-10s %s'):format(name, model(roles[name])))
  end
  table.insert(lines, '')
  for _, it in ipairs(status.jobs) do
    table.insert(lines, ('job %-6d %s'):format(it.job, it.title))
  end
  if #status.jobs == 0 then
    table.insert(lines, 'no jobs')
  end
  for _, it in ipairs(status.index) do
    local how = it.phase
        and ('%s, %d of %d files'):format(it.phase, it.filesDone or 0, it.filesTotal or 0)
      or 'does not answer'
    table.insert(lines, ('index      %s: %s'):format(it.root, how))
    for _, problem in ipairs(it.problems or {}) do
      table.insert(lines, '           ' .. problem)
    end
  end
  return lines
end

return M
