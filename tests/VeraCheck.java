import java.io.FileInputStream;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Validates a PDF against veraPDF profiles: VeraCheck FILE PROFILE..., one line each, exit 1 on a failure. */
public class VeraCheck {
  public static void main(String[] args) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    boolean whole = true;
    for (int i = 1; i < args.length; i++) {
      whole &= check(args[0], PDFAFlavour.fromString(args[i]));
    }
    System.exit(whole ? 0 : 1);
  }

  private static boolean check(String file, PDFAFlavour flavour) throws Exception {
    try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(file), flavour);
        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
      ValidationResult result = validator.validate(parser);
      System.out.println((result.isCompliant() ? "PASS " : "FAIL ") + flavour.getId());
      TreeMap<String, String> reasons = new TreeMap<>();
      for (TestAssertion assertion : result.getTestAssertions()) {
        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
          String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
          reasons.putIfAbsent(rule, assertion.getMessage() + " @ " + assertion.getLocation().getContext());
        }
      }
      reasons.forEach((rule, reason) -> System.out.println("  " + rule + ": " + reason));
      return result.isCompliant();
    }
  }
}
