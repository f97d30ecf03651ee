package dev.keelson.wiring;

import dev.keelson.control.alert.AlertChannel;
import dev.keelson.project.ChannelDefinition;
import dev.keelson.registry.alert.Alert;
import dev.keelson.registry.alert.Delivery;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Date;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Mail by SMTP, with Jakarta Mail. The connection is encrypted where the server offers it, and from the start with {@code smtps}; a
 * password is never sent over one that is not, except to this machine. A message that comes again has the same id, by which mail
 * programs know it.
 */
final class MailChannel implements AlertChannel {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int SUBMISSION = 587;
    private static final int SUBMISSION_ENCRYPTED = 465;

    private final ChannelDefinition.Mail mail;
    private final InstantSource clock;
    private final URI server;
    private final Session session;

    MailChannel(ChannelDefinition.Mail mail, InstantSource clock) {
        this.mail = mail;
        this.clock = clock;
        this.server = URI.create(mail.smtp());
        this.session = Session.getInstance(settings());
    }

    private Properties settings() {
        boolean encrypted = server.getScheme().equals("smtps");
        boolean here = Set.of("127.0.0.1", "localhost", "::1").contains(server.getHost());
        String patience = Long.toString(PATIENCE.toMillis());
        Properties settings = new Properties();
        settings.put("mail.transport.protocol", "smtp");
        settings.put("mail.smtp.host", server.getHost());
        int usual = encrypted ? SUBMISSION_ENCRYPTED : SUBMISSION;
        settings.put("mail.smtp.port", Integer.toString(server.getPort() < 0 ? usual : server.getPort()));
        settings.put("mail.smtp.connectiontimeout", patience);
        settings.put("mail.smtp.timeout", patience);
        settings.put("mail.smtp.writetimeout", patience);
        settings.put("mail.smtp.sendpartial", "true");
        settings.put("mail.smtp.auth", Boolean.toString(server.getRawUserInfo() != null));
        settings.put("mail.smtp.ssl.enable", Boolean.toString(encrypted));
        settings.put("mail.smtp.ssl.checkserveridentity", "true");
        settings.put("mail.smtp.starttls.enable", Boolean.toString(!encrypted));
        settings.put("mail.smtp.starttls.required", Boolean.toString(!encrypted && !here && server.getRawUserInfo() != null));
        return settings;
    }

    @Override
    public String name() {
        return mail.name();
    }

    @Override
    public Set<String> kinds() {
        return mail.on();
    }

    @Override
    public Answer send(Alert alert, Delivery delivery) {
        try (Transport transport = session.getTransport()) {
            MimeMessage message = message(delivery);
            connect(transport);
            transport.sendMessage(message, message.getAllRecipients());
            return Answer.TAKEN;
        } catch (AuthenticationFailedException e) {
            return Answer.refused("The mail server does not accept the user and the password.");
        } catch (SendFailedException e) {
            return failed(e);
        } catch (MessagingException e) {
            return Answer.later("The mail server cannot be reached (%s).".formatted(e.getClass().getSimpleName()));
        }
    }

    /** It went to the addresses that the server accepts; to those it would not go a second time. */
    private static Answer failed(SendFailedException failure) {
        String refused = named(failure.getInvalidAddresses());
        if (!named(failure.getValidSentAddresses()).isEmpty()) {
            return Answer.refused("The mail server took it for %s and refuses %s."
                    .formatted(named(failure.getValidSentAddresses()), refused));
        }
        return refused.isEmpty() || !named(failure.getValidUnsentAddresses()).isEmpty()
                ? Answer.later("The mail server did not take the message.")
                : Answer.refused("The mail server accepts none of the addresses (%s).".formatted(refused));
    }

    private static String named(Address @Nullable [] addresses) {
        return addresses == null ? "" : Arrays.stream(addresses).map(Address::toString).collect(Collectors.joining(", "));
    }

    private void connect(Transport transport) throws MessagingException {
        String user = server.getRawUserInfo();
        if (user == null) {
            transport.connect();
            return;
        }
        int colon = user.indexOf(':');
        transport.connect(
                decoded(colon < 0 ? user : user.substring(0, colon)), colon < 0 ? "" : decoded(user.substring(colon + 1)));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private MimeMessage message(Delivery delivery) throws MessagingException {
        MimeMessage message = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", "<%s@keelson>".formatted(delivery.id()));
            }
        };
        message.setFrom(new InternetAddress(mail.from()));
        for (String each : mail.to()) {
            message.addRecipient(Message.RecipientType.TO, new InternetAddress(each));
        }
        message.setSubject(delivery.subject(), StandardCharsets.UTF_8.name());
        message.setText(delivery.body(), StandardCharsets.UTF_8.name());
        message.setSentDate(Date.from(clock.instant()));
        message.setHeader("References", "<alert-%s@keelson>".formatted(delivery.alert()));
        return message;
    }

    @Override
    public void close() {
        // each message has a connection of its own
    }
}
