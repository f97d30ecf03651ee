package dev.keelson.console.view;

/**
 * Signing in.
 *
 * @param shell around it
 * @param to where to go then
 * @param refused whether a token was shown that is none of the server's
 */
public record LoginView(Shell shell, String to, boolean refused) {}
