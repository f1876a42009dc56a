-- Owns the `<Plug>` mappings of buffers that the server reads: names for a person's own keys.
-- It must not take any key by itself.

local command_line = require('glossator.command_line')

local M = {}

---@param bufnr integer
function M.offer(bufnr)
  for _, it in ipairs(command_line.subcommands) do
    local plug = ('<Plug>(glossator-%s)'):format(it.name)
    local modes = (it.takes == 'place' or it.takes == 'text') and { 'n', 'x' } or { 'n' }
    -- In Visual mode the colon brings the range along.
    vim.keymap.set(modes, plug, ':Glossator ' .. it.name .. '<CR>', {
      buffer = bufnr,
      silent = true,
      desc = 'Glossator: ' .. it.what,
    })
  end
  for number = 1, require('glossator.hover_text').MOST do
    vim.keymap.set('n', ('<Plug>(glossator-hover-%d)'):format(number), function()
      require('glossator.hover').act(number)
    end, { buffer = bufnr, desc = ('Glossator: action %d of the hover'):format(number) })
  end
  vim.keymap.set('n', '<Plug>(glossator-hover)', function()
    require('glossator.hover').act(vim.v.count1)
  end, { buffer = bufnr, desc = 'Glossator: the action of the hover with the count as its number' })
end

return M
