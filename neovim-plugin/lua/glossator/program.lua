-- Owns where the program `glossator` is: the one that a person names, else the one on the path.
-- It must not start it, and no file of a project has a say.

local M = {}

local INSTALL = "install it (pip install 'glossator[embedded]')"

---@class glossator.Program
---@field command string[] what starts the server
---@field base string[] the same without the word `server`, for the other subcommands
---@field from string who named it

---@param command string[]
---@param from string
---@return glossator.Program
local function program(command, from)
  local base = vim.deepcopy(command)
  if base[#base] == 'server' then
    table.remove(base)
  end
  return { command = command, base = base, from = from }
end

---@param named any what a person wrote
---@param from string
---@return glossator.Program? found
---@return string? problem
local function read(named, from)
  if type(named) == 'string' and named ~= '' then
    return program({ vim.fs.normalize(named), 'server' }, from)
  end
  if type(named) == 'table' and vim.islist(named) and type(named[1]) == 'string' then
    return program(named, from)
  end
  return nil, ('%s must be the path of a program, or a list of words.'):format(from)
end

---Return the program that a person means, or one sentence that says what to do.
---@return glossator.Program? found
---@return string? problem
function M.find()
  local named, from = vim.g.glossator_cmd, 'vim.g.glossator_cmd'
  if named == nil and (vim.env.GLOSSATOR_SERVER or '') ~= '' then
    named, from = vim.env.GLOSSATOR_SERVER, '$GLOSSATOR_SERVER'
  end
  if named == nil then
    if vim.fn.executable('glossator') == 1 then
      return program({ vim.fn.exepath('glossator'), 'server' }, '$PATH')
    end
    local or_name = 'or set vim.g.glossator_cmd to its path; :checkhealth glossator says more'
    return nil, ('there is no program `glossator`: %s, %s.'):format(INSTALL, or_name)
  end
  local found, problem = read(named, from)
  if found and vim.fn.executable(found.command[1]) == 0 then
    local words = '%s names `%s`, which cannot be run: correct it, or %s.'
    return nil, words:format(from, found.command[1], INSTALL)
  end
  return found, problem
end

return M
