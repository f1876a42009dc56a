-- Owns that `:Glossator` is there before anything of the plugin is loaded.
-- It must not load anything itself: a start of Neovim without the command costs these lines only.
vim.api.nvim_create_user_command('Glossator', function(call)
  require('glossator.command').run(call)
end, {
  nargs = '*',
  range = true,
  bang = true,
  desc = 'Document, mend, change and ask about code: see :help glossator',
  complete = function(...)
    return require('glossator.command').complete(...)
  end,
})
