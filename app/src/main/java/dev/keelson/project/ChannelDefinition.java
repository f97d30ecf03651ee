package dev.keelson.project;

import java.util.List;
import java.util.Set;

/** Where alerts are told, as {@code alerts} of the project file declares it. None shows its secrets as text. */
public sealed interface ChannelDefinition {
    /** Its name in the project file. */
    String name();

    /** The kinds of alerts that it is told; everything when it is empty. */
    Set<String> on();

    /**
     * A chat of Telegram.
     *
     * @param token of the bot
     * @param chat its id or {@code @name}
     */
    record Telegram(String name, Set<String> on, String token, String chat) implements ChannelDefinition {
        @Override
        public String toString() {
            return "Telegram " + name;
        }
    }

    /**
     * An incoming webhook of Slack, or of what understands its messages.
     *
     * @param url its address, itself a secret
     */
    record Slack(String name, Set<String> on, String url) implements ChannelDefinition {
        @Override
        public String toString() {
            return "Slack " + name;
        }
    }

    /**
     * A webhook that is sent signed JSON.
     *
     * @param secret of the signature
     */
    record Webhook(String name, Set<String> on, String url, String secret) implements ChannelDefinition {
        @Override
        public String toString() {
            return "Webhook " + name;
        }
    }

    /**
     * Mail.
     *
     * @param smtp {@code smtp://user:password@host:port}, encrypted where the server offers it, or {@code smtps://} for one that
     *     is encrypted from the start
     * @param from who it is from
     * @param to who gets it, at least one
     */
    record Mail(String name, Set<String> on, String smtp, String from, List<String> to) implements ChannelDefinition {
        public Mail {
            to = List.copyOf(to);
        }

        @Override
        public String toString() {
            return "Mail " + name;
        }
    }
}
