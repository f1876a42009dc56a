-- Owns the words of a hover with what can be done, numbered, below it.
-- It must not ask for either.

local M = {}

-- As many as there are keys for.
M.MOST = 9

---@param contents lsp.MarkupContent|lsp.MarkedString|lsp.MarkedString[]
---@param titles string[]
---@return lsp.MarkupContent|lsp.MarkedString|lsp.MarkedString[]
function M.with_actions(contents, titles)
  if #titles == 0 then
    return contents
  end
  local lines = {} ---@type string[]
  for number, title in ipairs(titles) do
    table.insert(lines, ('%d. %s'):format(number, title))
  end
  local more = table.concat(lines, '\n')
  if type(contents) == 'string' then
    return contents .. '\n\n' .. more
  end
  if contents.kind then
    local tail = contents.kind == 'plaintext' and more:gsub('`', '') or more
    return { kind = contents.kind, value = contents.value .. '\n\n' .. tail }
  end
  if vim.islist(contents) then
    return vim.list_extend(vim.deepcopy(contents), { more })
  end
  return { contents, more }
end

return M
