package dev.keelson.wiring;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.control.alert.AlertChannel;
import dev.keelson.project.ChannelDefinition;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.Delivery;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** The channels of a project. */
final class AlertChannels {
    private static final String TELEGRAM = "https://api.telegram.org";
    /** Telegram takes so many characters at most. */
    private static final int MOST = 4_096;

    private AlertChannels() {}

    static List<AlertChannel> of(List<ChannelDefinition> channels, InstantSource clock) {
        return channels.stream().map(each -> of(each, clock)).toList();
    }

    private static AlertChannel of(ChannelDefinition channel, InstantSource clock) {
        return switch (channel) {
            case ChannelDefinition.Telegram telegram -> telegram(telegram, TELEGRAM);
            case ChannelDefinition.Slack slack -> new Slack(slack);
            case ChannelDefinition.Webhook webhook -> new Signed(webhook, clock);
            case ChannelDefinition.Mail mail -> new MailChannel(mail, clock);
        };
    }

    /** A chat of Telegram behind an address, {@code sendMessage} of its bots' interface. */
    static AlertChannel telegram(ChannelDefinition.Telegram channel, String server) {
        return new HttpChannel(
                channel.name(), channel.on(), URI.create(server + "/bot" + channel.token() + "/sendMessage")) {
            @Override
            String body(Alert alert, Delivery delivery) {
                String text = delivery.subject() + "\n" + delivery.body();
                return JsonNodeFactory.instance
                        .objectNode()
                        .put("chat_id", channel.chat())
                        .put("text", text.length() <= MOST ? text : text.substring(0, MOST - 1) + "…")
                        .put("disable_web_page_preview", true)
                        .toString();
            }
        };
    }

    /** An incoming webhook of Slack. */
    private static final class Slack extends HttpChannel {
        Slack(ChannelDefinition.Slack channel) {
            super(channel.name(), channel.on(), URI.create(channel.url()));
        }

        @Override
        String body(Alert alert, Delivery delivery) {
            String text = "*%s*\n%s".formatted(escaped(delivery.subject()), escaped(delivery.body()));
            return JsonNodeFactory.instance.objectNode().put("text", text).toString();
        }

        /** The three characters that have a meaning in its texts. */
        private static String escaped(String text) {
            return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        }
    }

    /** A webhook whose body is signed as that of opportunities is. */
    private static final class Signed extends HttpChannel {
        private final String secret;
        private final InstantSource clock;

        Signed(ChannelDefinition.Webhook channel, InstantSource clock) {
            super(channel.name(), channel.on(), URI.create(channel.url()));
            this.secret = channel.secret();
            this.clock = clock;
        }

        @Override
        String body(Alert alert, Delivery delivery) {
            var document = JsonNodeFactory.instance.objectNode().put("event", "alert." + delivery.event().word());
            document.put("subject", delivery.subject()).put("text", delivery.body());
            document.set("alert", alert.toJson());
            return document.toString();
        }

        @Override
        Map<String, String> headers(Delivery delivery, String body) {
            return SignedPost.headers("alert." + delivery.event().word(), delivery.id(), secret, clock.instant(), body);
        }
    }
}
