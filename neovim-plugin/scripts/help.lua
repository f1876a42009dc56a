-- Owns doc/glossator.txt, written from help/glossator.md, the tables and annotations of the code.
-- It must not hold words of its own. `nvim -l scripts/help.lua` writes it, `--check` compares.

local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, 'S').source:sub(2)))
local root = vim.fs.dirname(here)
package.path = root .. '/lua/?.lua;' .. package.path

local WIDTH = 78

---@param path string
---@return string
local function read(path)
  local file = assert(io.open(vim.fs.joinpath(root, path), 'r'))
  local text = file:read('*a')
  file:close()
  return text
end

---@param text string
---@param first string what stands before the first line
---@param rest string what stands before the others
---@return string[]
local function wrapped(text, first, rest)
  local lines, line = {}, first ---@type string[], string
  local is_empty = true
  for word in text:gmatch('%S+') do
    if not is_empty and vim.fn.strdisplaywidth(line .. ' ' .. word) > WIDTH then
      table.insert(lines, line)
      line, is_empty = rest, true
    end
    line = is_empty and line .. word or line .. ' ' .. word
    is_empty = false
  end
  table.insert(lines, line)
  return lines
end

---Return a term with its explanation beside it, or below where it is long.
---@param term string
---@param words string
---@param indent integer
---@return string[]
local function defined(term, words, indent)
  local head = '  ' .. term
  local pad = (' '):rep(indent)
  if #head >= indent then
    return vim.list_extend({ head }, wrapped(words, pad, pad))
  end
  return wrapped(words, head .. (' '):rep(indent - #head), pad)
end

---@param left string
---@param right string
---@return string
local function aligned(left, right)
  return left .. (' '):rep(math.max(WIDTH - #left - #right, 1)) .. right
end

---Return the fields of a class in the annotations of a file: name, type and words.
---@param source string
---@param class string
---@return { name: string, type: string, words: string }[]
local function fields(source, class)
  local found = {}
  local _, stop = source:find('---@class ' .. class:gsub('%.', '%%.') .. '[^\n]*\n')
  for line in vim.gsplit(source:sub(assert(stop, class) + 1), '\n') do
    local name, rest = line:match('^%-%-%-@field ([%w_]+) (.*)$')
    if not name then
      break
    end
    -- A type ends at the first space that is not inside of it.
    local kind, words = rest:match("^(%b''[^ ]*) ?(.*)$")
    if not kind then
      kind, words = rest:match('^(%S+) ?(.*)$')
    end
    table.insert(found, { name = name, type = kind, words = words })
  end
  return found
end

local parts = {}

---@return string[]
function parts.subcommands()
  local lines = {}
  for _, it in ipairs(require('glossator.command_line').subcommands) do
    local takes = ({
      text = it.needs and ' TEXT' or ' [TEXT]',
      job = ' [JOB]',
      proposal = ' [NUMBER]',
      index = ' pause|resume',
    })[it.takes] or ''
    vim.list_extend(lines, defined(it.name .. takes, it.what, 26))
  end
  return lines
end

---@param view 'review'|'plan'|'answer'
---@return string[]
function parts.keys(view)
  local class = 'glossator.' .. view:gsub('^%l', string.upper) .. 'Keys'
  local keys = require('glossator.options').defaults.keys[view] ---@type table<string, string>
  local lines = {}
  for _, it in ipairs(fields(read('lua/glossator/options.lua'), class)) do
    local words = it.words ~= '' and it.words or it.name:gsub('_', ' ')
    vim.list_extend(lines, defined(keys[it.name], words, 14))
  end
  return lines
end

---@return string[]
function parts.options()
  local defaults = require('glossator.options').defaults ---@type table<string, any>
  local lines = { '>lua', '    vim.g.glossator = {' }
  for _, it in ipairs(fields(read('lua/glossator/options.lua'), 'glossator.Options')) do
    table.insert(
      lines,
      ('      -- %s: %s'):format(it.type:gsub('glossator%.%w+', 'table'), it.words)
    )
    local value = vim.split(vim.inspect(defaults[it.name]), '\n')
    value[1] = ('%s = %s'):format(it.name, value[1])
    value[#value] = value[#value] .. ','
    for _, line in ipairs(value) do
      table.insert(lines, '      ' .. line)
    end
  end
  return vim.list_extend(lines, { '    }', '<' })
end

---@return string[]
function parts.functions()
  local lines, words, parameters = {}, {}, {} ---@type string[], string[], string[]
  for line in vim.gsplit(read('lua/glossator/init.lua'), '\n') do
    local comment = line:match('^%-%-%-(.*)$')
    local name, arguments = line:match('^function M%.([%w_]+)(%b())')
    if name then
      local tag = ('*glossator.%s()*'):format(name)
      table.insert(lines, aligned(("require('glossator').%s%s"):format(name, arguments), tag))
      local body = table.concat(words, ' ')
      vim.list_extend(lines, wrapped(body, '    ', '    '))
      for _, it in ipairs(parameters) do
        vim.list_extend(lines, wrapped(it, '    ', '      '))
      end
      table.insert(lines, '')
      words, parameters = {}, {}
    elseif not comment then
      words, parameters = {}, {}
    elseif comment:find('^@param') then
      local one, kind, said = comment:match('^@param (%S+) (%S+)%s*(.*)$')
      table.insert(parameters, ('{%s} (%s) %s'):format(one, kind, said))
    elseif comment:find('^@return') then
      table.insert(parameters, 'Returns: ' .. comment:match('^@return (.*)$'))
    else
      table.insert(words, comment)
    end
  end
  lines[#lines] = nil
  return lines
end

---Return the text of a line, and the tag `{like this}` that stands in it.
---@param line string
---@return string text
---@return string? tag
local function with_tag(line)
  local tag = line:match('{([%w_.:()-]+)}')
  return tag and vim.trim((line:gsub('%s*{[%w_.:()-]+}', '', 1))) or line, tag
end

---Return a paragraph or an item of a list, below its tag where it has one.
---@param words string
---@param first string what stands before the first line
---@param rest string what stands before the others
---@return string[]
local function paragraph(words, first, rest)
  local text, tag = with_tag(words)
  local lines = tag and { aligned('', '*' .. tag .. '*') } or {}
  return vim.list_extend(lines, wrapped(text, first, rest))
end

---@param markdown string
---@return string[]
local function rendered(markdown)
  local lines, block = {}, {} ---@type string[], string[]
  local in_code = false
  local item ---@type string?
  local function flush()
    if #block > 0 then
      vim.list_extend(lines, paragraph(table.concat(block, ' '), '', ''))
    end
    if item then
      vim.list_extend(lines, paragraph(item, '- ', '  '))
    end
    block, item = {}, nil
  end
  for line in (markdown .. '\n'):gmatch('([^\n]*)\n') do
    local part, argument = line:match('^{{(%w+) ?(%w*)}}$')
    local fence = line:match('^```(%w*)$')
    if fence and not in_code then
      flush()
      in_code = true
      if lines[#lines] == '' then
        table.remove(lines)
      end
      table.insert(lines, '>' .. (fence == 'sh' and 'bash' or fence))
    elseif fence then
      in_code = false
      table.insert(lines, '<')
    elseif in_code then
      table.insert(lines, line == '' and '' or '    ' .. line)
    elseif part then
      vim.list_extend(lines, parts[part](argument))
    elseif line:find('^# ') then
      table.insert(lines, '*glossator* *' .. line:match('^# (.-):') .. '*' .. line:match(':(.*)$'))
    elseif line:find('^## ') then
      flush()
      local title, tag = with_tag(line:sub(4))
      vim.list_extend(lines, { ('='):rep(WIDTH), aligned(title:upper(), '*' .. tag .. '*') })
    elseif line:find('^%- ') then
      flush()
      item = line:sub(3)
    elseif line == '' then
      flush()
      table.insert(lines, '')
    elseif item then
      item = item .. ' ' .. line
    else
      table.insert(block, line)
    end
  end
  flush()
  while lines[#lines] == '' do
    table.remove(lines)
  end
  return lines
end

local lines = rendered(read('help/glossator.md'))
vim.list_extend(lines, { '', 'vim:tw=78:ts=8:noet:ft=help:norl:', '' })
local text = table.concat(lines, '\n')
if vim.list_contains(arg, '--check') then
  local is_current = vim.uv.fs_stat(root .. '/doc/glossator.txt')
    and read('doc/glossator.txt') == text
  if not is_current then
    io.stderr:write('doc/glossator.txt is not current: nvim -l scripts/help.lua\n')
  end
  os.exit(is_current and 0 or 1)
end
local file = assert(io.open(root .. '/doc/glossator.txt', 'w'))
file:write(text)
file:close()
