package check

import (
	"fmt"
	"time"

	"github.com/wanctl/wanctl/controller/router"
)

// expiresSoon is how long before its end a certificate is warned of.
const expiresSoon = 30 * 24 * time.Hour

// checkCertificate warns of a router whose certificate, or the CA's that signed
// it, soon is no longer believed.
func checkCertificate(device router.Device, object string, now time.Time, tell func(Item)) {
	presenter, ok := device.(interface{ ValidTo() time.Time })
	if !ok || presenter.ValidTo().IsZero() {
		return
	}
	ends := presenter.ValidTo()
	if left := ends.Sub(now); left < expiresSoon {
		tell(Item{Warn, object, fmt.Sprintf("its certificate, or its CA's, is valid for %d more days, until %s; sign a new one in time with: /certificate sign",
			int(left.Hours()/24), ends.UTC().Format(time.DateOnly))})
	}
}
