"""What an oracle found."""


class Tally:
    def __init__(self):
        self.agreed = self.refused = 0
        self.stricter = {}
        self.differences = []

    def agree(self):
        self.agreed += 1

    def refuse(self):
        """Both refuse."""
        self.refused += 1

    def strict(self, why):
        """We refuse what the oracle takes, for a reason that the manual gives."""
        self.stricter[why] = self.stricter.get(why, 0) + 1

    def differ(self, what):
        self.differences.append(what)

    def __str__(self):
        strict = sum(self.stricter.values())
        reasons = ", ".join(f"{count} {why}" for why, count in sorted(self.stricter.items()))
        return f"{self.agreed} agree, {self.refused} refused by both, {strict} by us alone ({reasons}), {len(self.differences)} differences"
